package io.k8j.apiserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One object of each built-in kind that is stored, for tests that go through all of them. */
public final class Kinds {
    /**
     * A new object.
     *
     * @param resource such as {@code apps/v1/deployments}
     * @param json the object with {@code '} for {@code "}
     */
    public record Sample(String resource, String json) {
        @Override
        public String toString() {
            return resource;
        }
    }

    private Kinds() {}

    public static List<Sample> samples() {
        try (InputStream in = Kinds.class.getResourceAsStream("kinds/minimal.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .map(part -> new Sample(part[0], part[1]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
