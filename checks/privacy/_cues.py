"""What stands beside a name and tells whose it is: jobs, titles, fame, authorship, pets, places."""

import re

from checks.privacy import _lexicon as lexicon

DOCTOR = re.compile(
    r"(?:\b(?:dr|drs|doctor|doctors|prof|professor)\.?|\b(?:pa|np|rn|lpn|do|md|dds)) "
    r"(?:and dr\.? )?$",
    re.I,
)
DOCTOR_PAIR = re.compile(r"\bdrs?\.? [\w'’-]{2,20}(?:,? (?:and|&) | )$", re.I)
CREDENTIAL = re.compile(
    r",? \(?(?:m\.?d\.?|d\.?o\.?|r\.?n\.?|n\.?p\.?|p\.?a\.?(?:-c)?|d\.?d\.?s\.?"
    r"|d\.?m\.?d\.?|aprn|dnp|fnp|crna|lcsw|lmft|ph\.?d\.?|psyd|pharmd|rd|rdn|pt|dpt|otr?"
    r"|lpn|cna|ma|cma|rdh|cnm|od|dpm|dc|fnp-c|pa-c|bsn|msn|mph|mha|ccc-slp)\b",
    re.I,
)
JOB = lexicon.either("people_of_note", "staff_jobs")
JOB_BEFORE = re.compile(rf"\b{JOB}s?[,:]? (?:named )?(?:and \w{{1,12}} )?$", re.I)
SUPPLIER = re.compile(rf"\b{lexicon.either('singling', 'jobs')},? $", re.I)
ON_STREET = re.compile(
    r"\b(?<!operated )(?<!surgery )(?<!update )(?<!check )(?<!worked )(?<!eye )(?<!spotlight )"
    r"(?:on|off|along|corner of) $"
)
SHOP = re.compile(r"^['’]s [A-Z][a-z]{2,20}")
OF_PLACE = re.compile(r"\b[A-Z][\w'’-]{1,20} (?:of|from|at) $")
JOB_AFTER = re.compile(
    rf"^(?:,? (?:our|the|your|a|an|is (?:our|the|a|an)|who is our|as our|joins us as"
    rf"|joined us as|serves as) (?:[\w'-]{{1,14}},? ){{0,3}}{JOB}\b(?! of the)"
    rf"|, (?:[\w'-]{{1,14}} )?{JOB}\b(?! of the)"
    r"|, (?:front desk|billing|reception|scheduling|office manager)\b"
    r"|,? (?:from|in|of|at|on|with) (?:our |the )?(?:\w{1,12} )?(?:billing|front desk"
    r"|reception|scheduling|lab\b|team|staff|office|records|admin|hr\b|it\b|pharmacy"
    r"|nursing|imaging|intake|administration|compliance|marketing)\b"
    r"|,? (?:will|can) (?:walk|help|show|guide|teach|answer|check|greet|take)"
    r" (?:you|your|everyone)\b"
    r"|,? from the (?:\w{2,14} ){0,2}(?:clinic|desk|office|team|spa|lab|studio|practice)\b"
    r"|,? (?:is retiring|retires|is joining|joins (?:us|our|the)|joined (?:us|our)|has "
    r"joined|graduated from|is accepting|sees patients|earned (?:his|her)|completed (?:his"
    r"|her) (?:residency|fellowship)|will be taking your|answers (?:your|the) phone"
    r"|starts (?:work|with our team)|is our new))",
    re.I,
)
STAFF_INTRO = re.compile(
    r"\b(?:met|meet|welcome|introducing|thank|thanks to|congratulate|say (?:hi|hello) to"
    r"|applause for) (?:our|the) (?:[\w-]{2,14} ){0,3}(?:interns?|team|staff|students?|volunteers?"
    r"|nurses?|doctors?|crew|residents|fellows|hygienists|assistants|providers|scribes"
    r"|schedulers)\b|\b(?:nurses?|doctors?|hygienists?|assistants?|administrative professionals?"
    r"|volunteers?|staff|receptionists?)['’]?s? (?:appreciation )?(?:week|day|month)\b"
    r"|\bd[ií]a del? (?:la )?(?:higienista|enfermer|m[eé]dic|doctor|secretari"
    r"|asistente|recepcionista)"
    r"|\b(?:front[- ]desk|new) face\b|\bthe playlists?\b|coworker|\bmember of (?:this|our) team\b"
    r"|\b(?:he|she|they)(?:'ll| will| is going to)? be the one|\b(?:he|she)(?:'s| is| has "
    r"been) (?:with|on|part of) (?:us|our (?:team|staff))|\bvoice you hear|work "
    r"anniversary|years (?:with our team|on our team|of service)|employee of the|staff "
    r"(?:spotlight|pick|member)|team (?:spotlight|member)|meet (?:the|our) team|joins? "
    r"our team|newest team member|(?:our|the) (?:therapy|office|clinic) (?:dog|cat)",
    re.I,
)
CREDIT_BEFORE = re.compile(
    r"(?:\b(?:by|author|speaker|novelist|poet|singer|actor|actress|comedian|president"
    r"|senator|governor|surgeon general|congress(?:man|woman)|rep\.|sen\.|secretary"
    r"|director|star|legend|icon|quarterback legend|researcher|scientist|inventor"
    r"|philosopher|chef|coach|host|guest|"
    r"sponsored|hosted|presented|led|written|directed|featuring|feat\.|performed|named "
    r"after|named for|in honor of|scholarship|king|queen|saint|st\.|pope|prince|princess"
    r"|reverend|pastor|mayor|sheriff|justice|astronaut|olympian|champion) )$",
    re.I,
)
CREATED_BY = re.compile(
    r"\b(?:invented|discovered|described|developed|created|founded|written|painted|composed"
    r"|introduced|pioneered|isolated|coined|patented) (?:\w{1,10} ){0,2}by (?:dr\.? )?$",
    re.I,
)
AFFILIATED = re.compile(
    r"^,? of the [A-Z]"
    r"|^,? (?:of|from|with|at) (?:the )?(?:[A-Z][\w'’-]{1,20} (?:of |the |for |and |& )?){0,4}"
    r"(?:Cross|Association|Society|Department|University|Foundation|Hospital|Council|Alliance|Club"
    r"|College|Institute|Coalition|Network|School|Church|Library|Bank|Ministries|Rotary|YMCA|CDC"
    r"|NIH|FDA|Health|Medicine|Center|Times|News|Magazine|Radio|Court|Board)\b"
)
PRESENTS = re.compile(
    r"^,? (?:\w{2,14} )?(?:is teaching|teaches|will (?:speak|teach|present|lead|join|host|read"
    r"|perform|sign|demonstrate|show|answer|be here|be on)|leads|presents|hosts|speaks|is speaking"
    r"|demonstrates|performs|perform|plays|covers)\b"
)
REVIEW_BY = re.compile(
    r"\b(?:posts?|reviews?|comments?|complaints?|messages?|ratings?|reseña|visited|seen"
    r"|loved|trusted) by $",
    re.I,
)
CREDIT_AFTER = re.compile(
    r"^,? (?:et al|once said|said it best|wrote|writes|who wrote|has (?:spoken|shared"
    r"|talked|opened)|spoke (?:openly|publicly|about)|opened up|announced|revealed|shared "
    r"(?:his|her|their) (?:diagnosis|story|battle) (?:on|with the|publicly|in)|talked "
    r"(?:openly|publicly)|"
    r"invented|discovered|described|developed|published|became the first|won (?:an?|the"
    r"|his|her|gold)|starred|sang|first described|(?:was|were) (?:born|named)? ?(?:in"
    r"|on)? ?(?:\w+ \d{1,2}, )?1[789]\d\d|\(1[6789]\d\d|, (?:author|the first|founder of"
    r"|ceo|president|senator|governor|mayor)|for sponsoring|and everyone at|donated"
    r"|sponsors)",
    re.I,
)
OFFICE = re.compile(
    r"\b(?:president|senator|governor|congress(?:man|woman)|representative|rep\.|sen\."
    r"|gov\.|mayor|secretary|candidate|pope|king|queen|prince|princess|senador|gobernador"
    r"|presidente) $",
    re.I,
)
PUBLIC = re.compile(
    r"\b(?:celebrit|hollywood|movie|film|actor|actress|singer|rapper|grammy|oscar|emmy"
    r"|memoir|documentary|netflix|tv show|on live tv|live tv|world series|super bowl|hall "
    r"of fame|olympi|nobel|first lady|history month|in (?:1[6789]\d\d|18\d\d|19[0-8]\d)\b"
    r"|born in 1[6789]|quote|book club|podcast|interview(?:ed)? (?:with|by)|headlines|in "
    r"the news|made headlines|fans|famous|legendary|went public|publicly|spoken openly"
    r"|speaks openly)",
    re.I,
)
LOCAL = re.compile(
    r"\b(?:with us|our (?:waiting room|office|clinic|patient|chair|practice|team|care"
    r"|doctors?|lobby|er\b|hospital|own|rehab|program|infusion|therapist|nurses?|dentist"
    r"|own)|right here|here (?:in|at|today|yesterday|last)|at our|in our|sees us|trusts? "
    r"(?:us|dr)|came (?:in|to us)|visited us|stopped by|checked with us|by us|dr\.? "
    r"[a-z]{2,20} (?:removed|treated|fixed|performed))",
    re.I,
)
PLACE_BEFORE = re.compile(
    r"\b(?:in|from|of|near|to|at|around|downtown|visit|visiting|across|serving|greater) "
    r"(?:the )?$",
    re.I,
)
POSSESSIVE_EPONYM = re.compile(
    r"^(?:'s|’s|s'|')? ?(?:-|and |& )?(?:[a-z'’-]{2,16} ){0,1}?(?:disease|syndrome|palsy"
    r"|sign|test|maneuver|manoeuvre|stretch|phenomenon|lymphoma|sarcoma|carcinoma"
    r"|thyroiditis|anemia|tumor|surgery|procedure|method|scale|score|smear|contracture"
    r"|cyst|fracture|ulcer|esophagus|nodule|teeth|exercises?|reflex|area|bodies|body|cell"
    r"|gland|tube|tendon|chorea|tenosynovitis|law|effect|criteria|position|catheter"
    r"|technique|diet|awareness|day|month)\b|^['’]s\b(?= (?:is|affects|can|and|or|takes"
    r"|symptoms|patients|research)\b)",
    re.I,
)
PET = (
    r"(?:dogs?|pupp(?:y|ies)|cats?|kittens?|therapy (?:dog|pony|horse)|golden retriever"
    r"|labradoodle|goldendoodle|poodle|labrador|parrot|guinea pig|bunny|hamster|fish"
    r"|turtle|mascot|skeleton|elf on the shelf|ear scratches|belly rubs|wags?|tail)\b"
)
PET_BEFORE = re.compile(rf"\b{PET},? (?:named |called )?$", re.I)
PET_NAMED = re.compile(rf"\b{PET}[^.!?]{{0,20}} (?:named|called) [^.!?]{{0,30}}$", re.I)
PET_AFTER = re.compile(
    rf"(?! ?and )(?:,|’s|'s| is| was| the| loves| turns)? ?\(?(?:[\w'’-]{{1,14}},? ){{0,4}}?{PET}",
    re.I,
)
ORGANISATION = re.compile(
    r"(?:'s|’s)?,? ?(?:& \w+ )?(?:elementary|middle|high school|school|academy|college"
    r"|university|hospital|medical|clinic|center|centre|health\b(?! story)|healthcare|"
    r"foundation|trail\b|river\b|mountains?|canyon|forest|bridge\b|dam\b|airport|highway"
    r"|expressway|ranch\b|fund\b|trust\b|walk\b|run\b"
    r"|church|pharmacy|hardware|street|st\b\.?(?! \w+['’]s)|ave\b|avenue|road"
    r"|rd\b|drive|dr\b|blvd|boulevard|lane|ln\b|court|ct\b|way\b|park\b|library|stadium"
    r"|arena|"
    r"county|city\b|township|beach|island|lake\b|river\b|pier|museum|theat(?:er|re)|bakery"
    r"|caf[eé]|coffee|grill|pizza|restaurant|farms?\b|market|bank\b|credit union|"
    r"inc\b|llc|corp|company|co\b\.|group\b|associates|partners|law\b|realty|insurance"
    r"|motors|auto\b|gym\b|fitness|studio|salon|spa\b|award|prize|scholarship|"
    r"day\b|week\b|month\b|festival|parade|5k\b|10k\b|marathon|classic|memorial|institute"
    r"|society|house\b|building|hall\b|room\b|wing\b|pavilion|tower|plaza|mall\b"
    r"|team\b(?= store)|"
    r"buccaneers|tigers|lions|bears|eagles|panthers|wildcats|bulldogs|cookies?\b|tea\b"
    r"|oil\b|salts?\b|diet\b|method|scale\b|score\b|effect\b)",
    re.I,
)
PROPER_BEFORE = re.compile(
    r"\b(?:Panader[ií]a|Restaurante|Taquer[ií]a|Farmacia|Iglesia|Escuela|Cl[ií]nica|Tienda|Caf[eé]"
    r"|Colegio|Parque|Calle|Avenida|Hospital|Centro|Fundaci[oó]n|Universidad|Plaza|Mercado|Hotel|Club"
    r"|Casa|Librer[ií]a|Chez|Mt\.|Team|Hurricane|Storm|St\.?|Saint|Mount|Fort|Port|Lake|Camp|San"
    r"|Santa) (?:La |El |Los |Las |Do[nñ]a? )?$"
)
CITED = re.compile(r",? et al")
TOWN_OR_DAY = re.compile(r",? (?:[A-Z]{2}\b|\d)")
LAST_WORD = re.compile(r"([^\W\d_a-z]\w{2,}) $")
OPENS_SENTENCE = re.compile(r"(?:^|[.!?\n:*#>\"“])\s*$")
DOES = re.compile(
    r"(?:,? (?:who|and [A-Z]|had|has|got|is|was|came|lost|just|beat|went|rang|won|told|made|took"
    r"|gave|left|ran|felt|loves|needs|says|said|never|finally|also|still|really|\w{2,12}ed"
    r"|[A-Z][a-z]+ (?:had|has|got|is))\b|,? (?:\(?age )?\d|[!,] (?:you|we|your))"
)
