"""Benchmarks of the preference family, all of them through `edge.runtime.Runtime`.

groups     the command line: what there is to run
sets       the public sets and the sample, and honest views of them
measures   ranks → hit rates, mAP, NDCG, each with its 95 % interval
replay     histories lived through in a runtime: the ranks of what happened
floors     trivial rules, recomputed on the same targets: what a model has to beat
online     the same for a household seen for the first time: they count as they are asked
ratings    explicit ratings: RMSE, and pairs in the right order
accuracy   the published protocols, and the test households of the sample
houses     made-up households that no training saw, lived through in a runtime
learning   what a household's own weeks are worth: by day, after a change, on the first day
state      how large what was learned becomes, and how long it takes to save
synthetic  bundles of any number of items or events, for timing
speed      how long `suggest` and `observe` take, and what a million items weigh
tables     all of it as Markdown
plot       learning as a picture
"""
