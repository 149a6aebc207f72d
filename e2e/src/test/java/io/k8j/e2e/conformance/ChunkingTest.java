package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Lists in pages. */
class ChunkingTest extends ConformanceCase {
    private static final int TOTAL = 60;

    private void fill() {
        for (int i = 0; i < TOTAL; i++) {
            api.post(core("podtemplates"), """
                    metadata: {name: template-%04d}
                    template:
                      metadata: {labels: {a: b}}
                      spec: {containers: [{name: test, image: test2}]}
                    """.formatted(i)).ok();
        }
    }

    private Answer page(int limit, String token) {
        return api.get(core("podtemplates") + "?limit=" + limit + "&continue="
                + URLEncoder.encode(token, StandardCharsets.UTF_8));
    }

    private static List<String> expected() {
        return IntStream.range(0, TOTAL).mapToObj("template-%04d"::formatted).toList();
    }

    @Test
    @Conformance("api-machinery/APIChunking/1")
    void pagesHoldWhatTheLimitAllowsAndAreOfOneVersion() {
        fill();
        for (int limit : List.of(1, 7, 20)) {
            List<String> names = new ArrayList<>();
            String token = "";
            String version = null;
            do {
                Answer page = page(limit, token).ok();
                assertThat(page.items().size()).isLessThanOrEqualTo(limit);
                if (version == null) version = page.at("metadata", "resourceVersion");
                assertThat(page.at("metadata", "resourceVersion")).isEqualTo(version);
                names.addAll(page.names());
                token = page.at("metadata", "continue");
                if (token == null) token = "";
                long remaining = page.number("metadata", "remainingItemCount");
                assertThat(remaining).isEqualTo(TOTAL - names.size());
                if (remaining == 0) assertThat(token).isEmpty();
            } while (!token.isEmpty());
            assertThat(names).containsExactlyElementsOf(expected());
        }
        Answer all = api.get(core("podtemplates")).ok();
        assertThat(all.names()).containsExactlyElementsOf(expected());
        assertThat(all.at("metadata", "continue")).isNull();
        assertThat(all.tree("metadata", "remainingItemCount")).isNull();
    }
}
