package io.k8j.apiserver.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads Accept and Content-Type headers. */
final class MediaTypes {
    static final String JSON = "application/json";
    static final String YAML = "application/yaml";
    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    /** What upstream lists when it refuses an Accept or Content-Type header. */
    static final List<String> SUPPORTED = List.of(JSON, YAML, PROTOBUF);

    /** The forms of what can be listed and watched. */
    static final List<String> OF_COLLECTIONS =
            List.of(JSON, YAML, PROTOBUF, JSON + ";stream=watch", PROTOBUF + ";stream=watch");

    private MediaTypes() {}

    /**
     * Whether a route with these forms is taken into account at all: an Accept header must name one of them, or everything,
     * whatever its parameters say.
     */
    static boolean names(String accept, List<String> forms) {
        if (accept == null || accept.isEmpty()) return true;
        for (String clause : accept.split(",", -1)) {
            int parameters = clause.indexOf(';');
            String type = (parameters < 0 ? clause : clause.substring(0, parameters)).strip();
            if (type.equals("*/*") || forms.contains(type)) return true;
        }
        return false;
    }

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

    private static final Pattern PARAMETERS = Pattern.compile(
            "[^\\s;,/]+(/[^\\s;,/]+)?\\s*(;\\s*[^\\s;=\"]+\\s*=\\s*([^\\s;=\"]+|\"[^\"]*\")\\s*)*(;\\s*)*");

    /** Whether a Content-Type header has a type and, behind it, only pairs of names and values. */
    static boolean isWellFormed(String header) {
        return PARAMETERS.matcher(header.strip()).matches();
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
