package io.k8j.scheduler.cases;

import io.k8j.model.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cases of one plugin as they lie in a file: a line each, columns divided by tabs, see {@link Case}. Lines that begin with
 * {@code #} are comments, {@code @word = text} makes a word stand for an answer, {@code @namespace name label=value} tells
 * of a namespace.
 *
 * @param namespaces labels by name
 */
record CaseFile(String plugin, List<Case> cases, Map<String, Map<String, String>> namespaces) {
    /**
     * One case.
     *
     * @param name what is to be seen
     * @param asked {@code filter} or {@code score}
     * @param args of the plugin; empty for the defaults
     * @param pod the Pod to place, in its short form
     * @param others Pods that are there
     * @param nodes those that are asked about
     * @param further nodes that are there, but no candidates for a score
     * @param expected by node's name: points, or {@code ok}, or {@code unschedulable: …}, {@code unresolvable: …};
     *     {@code skip} alone if the plugin has nothing to say
     */
    record Case(
            String name,
            String asked,
            Map<String, Object> args,
            String pod,
            List<String> others,
            List<String> nodes,
            List<String> further,
            Map<String, String> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static CaseFile read(String plugin) {
        String text;
        try (InputStream in = CaseFile.class.getResourceAsStream(plugin + ".tsv")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> words = new LinkedHashMap<>();
        CaseFile file = new CaseFile(plugin, new ArrayList<>(), new LinkedHashMap<>());
        for (String line : text.lines().toList()) {
            if (line.startsWith("@namespace ")) {
                List<String> parts = Words.of(line);
                String[] pair = parts.get(2).split("=");
                file.namespaces.put(parts.get(1), Map.of(pair[0], pair[1]));
            } else if (line.startsWith("@")) {
                words.put(
                        Words.before(line.substring(1), '=').strip(),
                        Words.after(line, '=').strip());
            } else if (!line.isBlank() && !line.startsWith("#")) {
                file.cases.add(read(line, words));
            }
        }
        return file;
    }

    private static Case read(String line, Map<String, String> words) {
        String[] cells = line.split("\t", -1);
        if (cells.length != 7) {
            throw new IllegalArgumentException("want 7 columns, found %d: %s".formatted(cells.length, line));
        }
        List<String> nodes = new ArrayList<>();
        List<String> further = new ArrayList<>();
        for (String node : Words.split(cells[5], ';')) {
            (node.startsWith("-") ? further : nodes).add(node.startsWith("-") ? node.substring(1) : node);
        }
        Map<String, String> expected = new LinkedHashMap<>();
        for (String answer : Words.split(cells[6], ';')) {
            String said = Words.after(answer, '=');
            expected.put(Words.before(answer, '='), words.getOrDefault(said, said));
        }
        return new Case(
                cells[0],
                cells[1],
                cells[2].isEmpty() ? Map.of() : Json.parseObject(cells[2].getBytes(StandardCharsets.UTF_8)),
                cells[3],
                Words.split(cells[4], ';'),
                nodes,
                further,
                expected);
    }
}
