package io.k8j.schema;

import io.k8j.schema.TypeDef.FieldDef;
import io.k8j.schema.TypeDef.Ref;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds the descriptions of fields that refer to other types. The official client's models have lost them, but the
 * sources of its protobuf classes carry upstream's comments.
 */
final class ProtobufComments {
    private static final Pattern MESSAGE = Pattern.compile("interface_extends:k8s\\.io\\.([\\w.]+)\\)");
    private static final Pattern FIELD = Pattern.compile("<code>.* = (\\d+);</code>");
    private static final Pattern NUMERIC = Pattern.compile("&#(\\d+);");

    private final Map<String, Map<Integer, String>> byType = new HashMap<>();

    /** Gives fields that refer to a type their own text; the models have that of the type, or none. */
    static void apply(Map<String, TypeDef> types) throws IOException {
        ProtobufComments comments = new ProtobufComments();
        for (String file : ProtobufSource.FILES) comments.read(file);
        for (TypeDef type : types.values()) {
            Map<Integer, String> texts = comments.byType.getOrDefault(type.name, Map.of());
            for (FieldDef field : type.fields) {
                String own = texts.getOrDefault(field.number, "");
                if (field.type instanceof Ref.Named && !own.isEmpty()) field.description = own;
            }
        }
    }

    private void read(String file) throws IOException {
        String path = "io/kubernetes/client/proto/" + file + ".java";
        try (InputStream in = ProtobufComments.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) throw new IllegalStateException(path + " is not on the class path");
            read(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
        }
    }

    private void read(BufferedReader source) throws IOException {
        Map<Integer, String> fields = new HashMap<>();
        List<String> comment = new ArrayList<>();
        boolean inside = false;
        for (String line = source.readLine(); line != null; line = source.readLine()) {
            Matcher message = MESSAGE.matcher(line);
            if (message.find()) {
                fields = byType.computeIfAbsent(
                        ProtobufSource.typeName("k8s.io." + message.group(1)), t -> new HashMap<>());
                continue;
            }
            String text = line.strip();
            if (text.equals("/**")) comment.clear();
            if (text.equals("* <pre>")) {
                inside = true;
            } else if (text.equals("* </pre>")) {
                inside = false;
            } else if (inside) {
                comment.add(text.length() > 2 ? line.substring(line.indexOf('*') + 2) : "");
            } else if (text.startsWith("* <code>")) {
                Matcher field = FIELD.matcher(text);
                if (field.find()) fields.putIfAbsent(Integer.valueOf(field.group(1)), description(comment));
            }
        }
    }

    /** A comment as OpenAPI shows it: lines joined to paragraphs, without marks for generators. */
    static String description(List<String> comment) {
        StringBuilder out = new StringBuilder();
        for (String raw : comment) {
            String line = unescape(raw).stripTrailing();
            if (line.equals("---")) break;
            String start = line.stripLeading();
            if (line.isEmpty()) {
                dropLast(out);
                out.append("\n\n");
            } else if (start.startsWith("TODO") || start.startsWith("+")) {
                continue;
            } else if (start.length() < line.length()) {
                dropLast(out);
                out.append('\n').append(line).append('\n');
            } else {
                out.append(line).append(' ');
            }
        }
        return out.toString().strip();
    }

    private static void dropLast(StringBuilder out) {
        if (!out.isEmpty()) out.setLength(out.length() - 1);
    }

    private static String unescape(String text) {
        return NUMERIC.matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(m.group(1)))))
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
