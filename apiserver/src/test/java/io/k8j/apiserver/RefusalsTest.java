package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Refuses new objects with everything that is wrong with them, in upstream's words: one line of a table each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalsTest {
    record Case(String resource, String object, String message) {
        @Override
        public String toString() {
            return resource + " " + object;
        }
    }

    private TestServer server;

    @BeforeAll
    void open() {
        server = TestServer.ofEverything();
    }

    @AfterAll
    void close() {
        server.close();
    }

    /** Lines of resource, object and message, apart by tabs; each resource as {@code group/version/resource}. */
    static List<Case> creations() throws IOException {
        return read("create.tsv");
    }

    /** The same with a merge patch in place of the object: it is applied to the kind's sample. */
    static List<Case> updates() throws IOException {
        return read("update.tsv");
    }

    private static List<Case> read(String file) throws IOException {
        try (InputStream in = RefusalsTest.class.getResourceAsStream("refusals/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .map(part -> new Case(part[0], part[1], part[2]))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("creations")
    void everythingWrongIsNamed(Case c) {
        ApiException refusal = TestServer.refusal(() -> server.create(c.resource(), c.object()));
        assertThat(refusal.getMessage()).isEqualTo(c.message());
        assertThat(refusal.code()).isEqualTo(422);
    }

    @ParameterizedTest
    @MethodSource("updates")
    void whatMustNotChangeIsNamed(Case c) {
        Kinds.Sample sample = Kinds.samples().stream()
                .filter(s -> s.resource().equals(c.resource()))
                .findFirst()
                .orElseThrow();
        String name = Trees.string(Json.parse(sample.json().replace('\'', '"')), "metadata", "name");
        if (!server.names(c.resource(), "").contains(name)) server.create(c.resource(), sample.json());
        Map<String, Object> before = server.get(c.resource(), name);
        ApiException refusal = TestServer.refusal(() -> server.patch(c.resource(), name, "merge", c.object()));
        assertThat(refusal.getMessage()).isEqualTo(c.message());
        assertThat(refusal.code()).isEqualTo(422);
        assertThat(server.get(c.resource(), name)).isEqualTo(before);
    }
}
