"""Studies become a conclusion: pure functions, no store, no network, no clock.

Vocabulary
----------
yi : effect of a study on the analysis scale: the difference itself, or the log of a ratio
vi : sampling variance of yi, the same scale squared, greater than 0
tau2 : variance of the true effects between studies, the same scale squared, 0 or more
wi : weight of a study, 1 / (vi + tau2) unless a model says otherwise
k : number of studies that contribute an effect
S : number of sets of studies that one call pools; arrays are (S, k), padded where a set has fewer studies
Q : Cochran's weighted sum of squares around the common effect
"""
