"""Microsoft Teams: an activity becomes a command, a card becomes an Adaptive Card.

Only `app` and `turns` know botbuilder, which is archived upstream: everything that has to be
right for safety (who may speak, whom we call, how we retry) is ours.
"""
