package io.k8j.apiserver.printer;

import io.k8j.model.schema.Descriptions;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the documentation that columns show. */
final class Docs {
    static final String NAME = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#name";
    static final String CREATED = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#creationTimestamp";

    /** Blanks in place of a line's end; those of a formula stay. */
    private static final Pattern GAP = Pattern.compile("(?<![\n ]) {2,}(?![ =])");

    private static final String PARAGRAPHS = "¶";
    private static final String FIXED = " This field is immutable.";

    private Docs() {}

    /** A reference to the documentation of a field of a group's type, such as {@code core.v1.PodStatus}. */
    static String field(String type, String field) {
        return "#io.k8s.api." + type + "#" + field;
    }

    /** The same of a text with paragraphs and lists, whose line ends columns keep. */
    static String paragraphs(String type, String field) {
        return PARAGRAPHS + field(type, field);
    }

    /** Resolves references and leaves other texts as they are. All descriptions are read and dropped again. */
    static List<String> resolve(List<String> texts) {
        Descriptions all = Descriptions.load();
        return texts.stream().map(text -> resolve(all, text)).toList();
    }

    private static String resolve(Descriptions all, String text) {
        if (text.startsWith(PARAGRAPHS)) {
            return paragraphs(resolve(all, text.substring(PARAGRAPHS.length())));
        }
        if (!text.startsWith("#")) {
            return text;
        }
        int hash = text.indexOf('#', 1);
        String found = all.of(text.substring(1, hash), text.substring(hash + 1));
        if (text.endsWith("Binding#roleRef") && found.endsWith(FIXED)) {
            return found.substring(0, found.length() - FIXED.length()); // upstream's server says less than its schema
        }
        return text.equals(CREATED)
                ? found.replace(" Populated by the system.", "\n\nPopulated by the system.")
                : found;
    }

    /** Gives a text its line ends back, of which its schema kept only blanks: two for an empty line, more to indent. */
    private static String paragraphs(String text) {
        String lists = text.replace(":    1. ", ":\n\n  1. ").replace(" ... }", "\n  ...\n}");
        return GAP.matcher(lists).replaceAll(gap -> {
            int blanks = gap.group().length();
            return blanks == 2 ? "\n\n" : "\n" + " ".repeat(blanks - 1);
        });
    }
}
