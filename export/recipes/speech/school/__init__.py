"""How an acoustic model is trained, and how well it spells.

teachers    pretrained recognisers
pupil       the losses
school      one network trained
judge       how many letters are right
"""
