package io.k8j.apiserver.validation;

import io.k8j.apiserver.meta.MetadataFields;
import java.util.List;

/** Checks the metadata of templates of which only labels and annotations are copied to what is made of them. */
public final class TemplateMeta {
    private static final List<String> OTHERS = MetadataFields.without("labels", "annotations");

    private TemplateMeta() {}

    /** Labels and annotations must be well-formed; nothing else may be there. */
    public static void check(Findings f, Place metadata) {
        Meta.annotations(f, metadata.field("annotations"));
        Meta.labels(f, metadata.field("labels"));
        for (String field : OTHERS) {
            Place other = metadata.field(field);
            boolean list = other.value() instanceof List; // also if it has nothing in it
            if ((list || !other.isEmpty()) && !Long.valueOf(0).equals(other.number())) {
                // The path has the field's name as upstream's code spells it, its first letter made small.
                Place shown = field.equals("uid") ? new Place(null, metadata.path() + ".uID") : other;
                f.forbidden(shown, "cannot be set");
            }
        }
    }
}
