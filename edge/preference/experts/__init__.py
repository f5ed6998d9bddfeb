"""What comes next, as each kind of evidence has it; none of them is trained on the device.

opinion        what one of them says: a distribution over candidates, and what it rests on
from this household's past
    personal       hours, weekdays, what was done before, sensors, each by itself
    together       the one that multiplies all of it
    lasting        what they say whatever the moment
    ratings        what somebody would rate an item
from other households
    others         the same evidence, counted there
    boost          what goes with what was chosen lately
all of them
    mixture        weighed into one probability
    doubt          what is given in advance to somebody who is hardly known
"""
