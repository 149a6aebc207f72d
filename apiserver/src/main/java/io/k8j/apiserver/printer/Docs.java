package io.k8j.apiserver.printer;

import io.k8j.model.schema.Descriptions;
import java.util.List;

/** Finds the documentation that columns show. */
final class Docs {
    static final String NAME = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#name";
    static final String CREATED = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#creationTimestamp";

    private Docs() {}

    /** A reference to the documentation of a field of a group's type, such as {@code core.v1.PodStatus}. */
    static String field(String type, String field) {
        return "#io.k8s.api." + type + "#" + field;
    }

    /** Resolves references and leaves other texts as they are. All descriptions are read and dropped again. */
    static List<String> resolve(List<String> texts) {
        Descriptions all = Descriptions.load();
        return texts.stream().map(text -> resolve(all, text)).toList();
    }

    private static String resolve(Descriptions all, String text) {
        if (!text.startsWith("#")) {
            return text;
        }
        int hash = text.indexOf('#', 1);
        String found = all.of(text.substring(1, hash), text.substring(hash + 1));
        return text.equals(CREATED)
                ? found.replace(" Populated by the system.", "\n\nPopulated by the system.")
                : found;
    }
}
