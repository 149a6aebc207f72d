package io.k8j.model.api;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/**
 * Reads strings so that equal ones are mostly one: a hundred thousand Pods say {@code Always} and {@code ClusterFirst}
 * in one piece of memory each. Safe for all threads; a lost race costs a copy.
 */
final class SharedStrings extends StdDeserializer<String> {
    private static final int PLACES = 1 << 13;
    private static final int LONGEST = 100;

    private final transient String[] known = new String[PLACES];

    SharedStrings() {
        super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            String text = parser.getValueAsString();
            return text != null ? text : (String) context.handleUnexpectedToken(getValueType(context), parser);
        }
        return share(parser.getString());
    }

    String share(String text) {
        if (text.length() > LONGEST) {
            return text;
        }
        int hash = text.hashCode();
        int place = (hash ^ hash >>> 15) & PLACES - 1;
        String before = known[place];
        if (text.equals(before)) {
            return before;
        }
        known[place] = text;
        return text;
    }
}
