package io.k8j.apiserver.verb;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a paged list goes on: opaque to clients, in upstream's encoding.
 *
 * @param revision the list's version; -1 if the rest may come from any newer state
 * @param start first key wanted, relative to the listed namespace as upstream has it
 */
record ContinueToken(long revision, String start) {
    private static final String VERSION = "meta.k8s.io/v1";

    String encode() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("v", VERSION);
        tree.put("rv", revision);
        tree.put("start", start);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.write(tree));
    }

    /**
     * Reads a token.
     *
     * @throws ApiException 400 with upstream's words
     */
    static ContinueToken decode(String text) {
        byte[] json;
        try {
            json = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw invalid("continue key is not valid: illegal base64 data at input byte " + badByte(text));
        }
        Object tree;
        try {
            tree = Json.parse(json);
        } catch (JsonException e) {
            throw invalid("continue key is not valid: " + e.getMessage());
        }
        if (!VERSION.equals(Trees.string(tree, "v"))) {
            String version = Trees.string(tree, "v");
            throw invalid("continue key is not valid: server does not recognize this encoded version "
                    + (version == null ? "" : version));
        }
        Long revision = Trees.integer(tree, "rv");
        if (revision == null || revision == 0) {
            throw invalid(
                    "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        }
        String start = Trees.string(tree, "start");
        if (start == null || start.isEmpty()) {
            throw invalid("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
        }
        String padded = "/" + start + "/";
        if (padded.contains("//") || padded.contains("/./") || padded.contains("/../")) {
            throw invalid("continue key is not valid: " + start);
        }
        return new ContinueToken(revision, start);
    }

    private static int badByte(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int c = bytes[i];
            boolean ok = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!ok) return i;
        }
        return bytes.length & ~3;
    }

    private static ApiException invalid(String why) {
        return ApiException.badRequest("invalid continue token: " + why);
    }
}
