package io.k8j.e2e.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One line of upstream's conformance suite.
 *
 * @param id the special interest group, the area and a number, such as {@code apps/CronJob/1}
 * @param area upstream's name of the area
 * @param text what happens, in our words
 * @param open why no test shows it; empty if tests do
 */
record Behaviour(String id, String area, String text, String open) {
    private static final String LIST = "/conformance/behaviours.tsv";

    /** All of them, in the list's order. */
    static List<Behaviour> all() {
        try (InputStream in = Behaviour.class.getResourceAsStream(LIST)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Behaviour::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("read " + LIST + ": " + e.getMessage(), e);
        }
    }

    private static Behaviour parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length < 3 || fields.length > 4) {
            throw new IllegalStateException(LIST + ": 3 or 4 fields with tabs between them expected in: " + line);
        }
        return new Behaviour(fields[0], fields[1], fields[2], fields.length == 4 ? fields[3].strip() : "");
    }

    /** The special interest group without its {@code sig-}. */
    String group() {
        return id.substring(0, id.indexOf('/'));
    }
}
