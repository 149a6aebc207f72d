package io.k8j.apiserver.meta;

import java.util.Arrays;
import java.util.List;

/** The fields of ObjectMeta, in upstream's order. */
public final class MetadataFields {
    public static final List<String> ALL = List.of(
            "name",
            "generateName",
            "namespace",
            "selfLink",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "labels",
            "annotations",
            "ownerReferences",
            "finalizers",
            "managedFields");

    private MetadataFields() {}

    /** All but some, in the same order. */
    public static List<String> without(String... names) {
        List<String> left = Arrays.asList(names);
        return ALL.stream().filter(name -> !left.contains(name)).toList();
    }
}
