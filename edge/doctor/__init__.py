"""Whether this board computes rightly: golden answers asked for in a process of their own.

golden           the smallest graph, which every board must get right
golden_answers   what a bundle says its models answer
child            asks for both, and may crash at it
doctor           looks at the board, runs the child and says what it means
"""
