package io.k8j.apiserver.printer;

import io.k8j.model.schema.Descriptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the documentation that columns show. */
final class Docs {
    static final String NAME = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#name";
    static final String CREATED = "#io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta#creationTimestamp";
    private static final String REFERENCES = "references.tsv";

    private Docs() {}

    /** A reference to the documentation of a field of a group's type, such as {@code core.v1.PodStatus}. */
    static String field(String type, String field) {
        return "#io.k8s.api." + type + "#" + field;
    }

    /** Resolves references and leaves other texts as they are. All descriptions are read and dropped again. */
    static List<String> resolve(List<String> texts) {
        Descriptions all = Descriptions.load();
        Map<String, String> references = references();
        return texts.stream().map(text -> resolve(all, references, text)).toList();
    }

    private static String resolve(Descriptions all, Map<String, String> references, String text) {
        if (!text.startsWith("#")) {
            return text;
        }
        int hash = text.indexOf('#', 1);
        String found = all.of(text.substring(1, hash), text.substring(hash + 1));
        return found.isEmpty() ? references.getOrDefault(text.substring(1), "") : found;
    }

    private static Map<String, String> references() {
        try (InputStream in = Docs.class.getResourceAsStream(REFERENCES)) {
            if (in == null) {
                throw new IllegalStateException("resource " + REFERENCES + " is not on the class path");
            }
            Map<String, String> texts = new HashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", 2))
                    .forEach(row -> texts.put(row[0], row[1]));
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException("read " + REFERENCES, e);
        }
    }
}
