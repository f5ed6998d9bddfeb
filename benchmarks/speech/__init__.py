"""Speech: people who were not heard in training, as the runtime hears them.

groups      the command line: what there is to run
corpora     recordings of the public sets that nothing was trained on
noise       a kitchen and a household, mixed in the same way every time
posteriors  the acoustic model over recordings, each heard once
rates       shares, letters wrong, and how sure one can be of them
accuracy    one of a closed list of sentences, free transcripts, wake phrases
refusals    speech that is no command of the home
domains     small languages made up from real prompts: a stranger's orders in each
confusable  words that sound nearly like one
wake        wake phrases: calls that are missed, false accepts an hour
voices      the sample home's sentences in a bundle that brings none
speed       real-time factors, answers, what each part costs
memory      what listening weighs, and whether that grows
peers       pocketsphinx, openWakeWord, microWakeWord
tables      all of it as Markdown
"""
