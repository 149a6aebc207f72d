package io.k8j.model.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;

/** Brings what different readers found in one JSON text into the text's order, in which upstream's only reader tells it. */
public final class ProblemOrder {
    private ProblemOrder() {}

    /**
     * The same problems in another order.
     *
     * @param text JSON that was parsed before
     * @param problems {@code unknown field "spec.a"} and {@code duplicate field "spec.b"}; whatever else is among them
     *     comes last
     */
    public static List<String> of(byte[] text, List<String> problems) {
        Set<String> left = new LinkedHashSet<>(problems);
        List<String> ordered = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        byte[] whole = Surrogates.whole(new String(text, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), whole)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token != JsonToken.PROPERTY_NAME) continue;
                String path = path(parser.streamReadContext(), parser.currentName());
                String words = (seen.add(path) ? "unknown" : "duplicate") + " field \"" + path + "\"";
                if (left.remove(words)) ordered.add(words);
            }
        }
        ordered.addAll(left);
        return ordered;
    }

    /** The place of a key in upstream's notation: {@code spec.c[1].image}. */
    static String path(TokenStreamContext object, String name) {
        StringBuilder path = new StringBuilder(name);
        boolean dot = true; // between a name and what comes before it, not before an index
        for (TokenStreamContext c = object.getParent(); c != null && !c.inRoot(); c = c.getParent()) {
            String step = c.inArray() ? "[" + c.getCurrentIndex() + "]" : c.currentName();
            path.insert(0, dot ? step + "." : step);
            dot = !c.inArray();
        }
        return path.toString();
    }
}
