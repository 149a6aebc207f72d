package io.k8j.apiserver.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads Accept and Content-Type headers. */
final class MediaTypes {
    static final String JSON = "application/json";
    static final String YAML = "application/yaml";
    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    /** What upstream lists when it refuses an Accept or Content-Type header. */
    static final List<String> SUPPORTED = List.of(JSON, YAML, PROTOBUF);

    private MediaTypes() {}

    /**
     * One entry of an Accept header.
     *
     * @param type lower case, {@code *}{@code /*} included
     * @param parameters {@code as}, {@code g}, {@code v}, {@code stream}, … without {@code q}
     * @param quality 0 to 1
     */
    record Clause(String type, Map<String, String> parameters, double quality) {
        String parameter(String name) {
            return parameters.getOrDefault(name, "");
        }

        boolean matches(String mediaType) {
            return type.equals(mediaType)
                    || type.equals("*/*")
                    || (type.endsWith("/*") && mediaType.startsWith(type.substring(0, type.length() - 1)));
        }
    }

    /** The clauses by falling quality, in the header's order where equal; a missing header accepts everything. */
    static List<Clause> accept(List<String> headers) {
        List<Clause> clauses = new ArrayList<>();
        for (String header : headers) {
            for (String part : header.split(",")) {
                if (!part.isBlank()) {
                    clauses.add(clause(part));
                }
            }
        }
        if (clauses.isEmpty()) {
            return List.of(new Clause("*/*", Map.of(), 1));
        }
        clauses.sort((a, b) -> Double.compare(b.quality(), a.quality()));
        return clauses;
    }

    private static Clause clause(String text) {
        String[] parts = text.split(";", -1); // never empty, even for a lone semicolon
        Map<String, String> parameters = new LinkedHashMap<>();
        double quality = 1;
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 0) {
                continue;
            }
            String name = parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT);
            String value = parts[i].substring(equals + 1).strip();
            if (name.equals("q")) {
                quality = quality(value);
            } else {
                parameters.put(name, value.replace("\"", ""));
            }
        }
        return new Clause(parts[0].strip().toLowerCase(Locale.ROOT), parameters, quality);
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return 1; // as lenient as upstream
        }
    }

    /** The bare media type of a Content-Type header, lower case; empty if there is none. */
    static String contentType(String header) {
        if (header == null) {
            return "";
        }
        int semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }
}
