"""Sentence templates to the compiled grammar of a bundle.

yaml_lines     YAML that knows where its values were written
templates      the pages, read and checked
number_words   numbers of other languages
network        one template as a network of tokens
automaton      networks made deterministic and minimal
compiler       all of it as the bytes that `edge.grammar` walks
"""
