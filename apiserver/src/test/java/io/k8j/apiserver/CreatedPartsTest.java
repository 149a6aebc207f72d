package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
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

/** What the server makes of new objects, seen in parts of its answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CreatedPartsTest {
    private TestServer server;

    record Case(String resource, String object, String path, String value) {}

    @BeforeAll
    void open() {
        server = TestServer.ofEverything();
    }

    @AfterAll
    void close() {
        server.close();
    }

    static List<Case> cases() throws IOException {
        try (InputStream in = CreatedPartsTest.class.getResourceAsStream("refusals/created.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .map(part -> new Case(part[0], part[1], part[2], part[3]))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areAsUpstreamMakesThem(Case c) {
        Object part = server.create(c.resource(), Json.writeString(Yaml.tree(c.object())));
        for (String step : c.path().split(" ")) {
            if (part instanceof List<?> list) part = list.get(Integer.parseInt(step));
            else part = part instanceof Map<?, ?> map ? map.get(step) : null;
        }
        assertThat(Json.writeString(part)).isEqualTo(c.value());
    }
}
