// What of the plan is said otherwise where its stage is on GitLab: the text, and what stands there then.
// GitLab is not told of what cleans up, nor of coverage that several jobs measure.
&[
    ("host:       github", "host: gitlab"),
    (", group: \"X_group_X\"", ""),
    ("cleanup:      [\"make X_cleanup_X\"]", ""),
    ("of:       [tests]", "of:       [filling]"),
    ("stages:   [s]", "stages:   [filled]"),
]
