"""What the product will not do, in a sentence for the person who asked or who runs it."""


class Problem(Exception):
    """What whoever runs the product has to put right; its text says what and how."""


class Refused(Exception):
    """Raised inside the desk; the person is shown its sentence and nothing is changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
