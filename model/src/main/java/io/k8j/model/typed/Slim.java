package io.k8j.model.typed;

import io.k8j.model.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts the managed fields out of an object's bytes, so that nobody parses them who does not want them: they are half of
 * what many objects weigh, and their field names (of addresses, uids and ports) are ever new, which a parser that
 * remembers names pays dearly for. Pure.
 */
public final class Slim {
    private static final byte[] METADATA = bytes("metadata");
    private static final byte[] MANAGED_FIELDS = bytes("managedFields");

    private final byte[] json;
    private int at;

    private Slim(byte[] json) {
        this.json = json;
    }

    /**
     * @param json one JSON object as the server writes it; anything else is given back, or keeps what is wrong with it
     * @return the bytes without {@code metadata.managedFields}; the same array if there are none
     */
    public static byte[] of(byte[] json) {
        return new Slim(json).cut();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] cut() {
        if (json.length == 0 || json[0] != '{' || !find(METADATA)) return json;
        if (at >= json.length || json[at] != '{') return json;
        int open = at;
        if (!find(MANAGED_FIELDS)) return json;
        int begin = at - MANAGED_FIELDS.length - 3; // two quotes and a colon
        if (!skipValue() || at >= json.length) return json;
        int end = at;
        if (json[begin - 1] == ',') begin--;
        else if (begin - 1 != open) return json;
        else if (json[end] == ',') end++;
        byte[] slim = Arrays.copyOf(json, json.length - (end - begin));
        System.arraycopy(json, end, slim, begin, json.length - end);
        return slim;
    }

    /** From the brace that opens an object to the value of one of its fields; false if there is none such. */
    private boolean find(byte[] name) {
        at++;
        while (at < json.length && json[at] == '"') {
            int begin = at + 1;
            if (!skipString() || at >= json.length || json[at] != ':') return false;
            boolean found = Arrays.equals(json, begin, at - 1, name, 0, name.length);
            at++;
            if (found) return true;
            if (!skipValue() || at >= json.length || json[at] != ',') return false;
            at++;
        }
        return false;
    }

    private boolean skipValue() {
        return moveTo(JsonBytes.afterValue(json, at));
    }

    private boolean skipString() {
        return moveTo(JsonBytes.afterString(json, at));
    }

    private boolean moveTo(int end) {
        if (end >= 0) at = end;
        return end >= 0;
    }
}
