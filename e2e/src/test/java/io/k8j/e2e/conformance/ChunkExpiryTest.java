package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8j;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists in pages whose version is forgotten on the way. */
@K8j(nodes = 0)
class ChunkExpiryTest extends ConformanceCase {
    private static final int TOTAL = 40;

    private void create(int number) {
        api.post(core("podtemplates"), """
                        metadata: {name: template-%04d}
                        template: {spec: {containers: [{name: test, image: test2}]}}
                        """.formatted(number)).ok();
    }

    private Answer page(String token) {
        return api.get(core("podtemplates") + "?limit=10&continue=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
    }

    @Test
    @Conformance("api-machinery/APIChunking/2")
    void anExpiredTokenGivesOneToGoOnWith() {
        for (int i = 0; i < TOTAL; i++) create(i);
        Answer first = page("").ok();
        assertThat(first.items()).hasSize(10);
        String token = first.at("metadata", "continue");
        create(TOTAL);
        // A server that has just started knows no older version; otherwise the token would be good for 20,000 writes.
        cluster.stopApiServer();
        cluster.startApiServer();
        Answer expired = page(token).refused(410);
        assertThat(expired.at("reason")).isEqualTo("Expired");
        String inconsistent = expired.at("metadata", "continue");
        assertThat(inconsistent).isNotEmpty();
        Answer next = page(inconsistent).ok();
        assertThat(next.at("metadata", "resourceVersion")).isNotEqualTo(first.at("metadata", "resourceVersion"));
        List<String> names = new ArrayList<>(first.names());
        names.addAll(next.names());
        String version = next.at("metadata", "resourceVersion");
        while (next.at("metadata", "continue") != null) {
            next = page(next.at("metadata", "continue")).ok();
            assertThat(next.at("metadata", "resourceVersion")).isEqualTo(version);
            names.addAll(next.names());
        }
        assertThat(names).hasSize(TOTAL + 1).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aTokenExpiresWithTimeAlsoWhereNothingHappens() {
        cluster.time().freeze();
        for (int i = 0; i < TOTAL; i++) create(i);
        String token = page("").ok().at("metadata", "continue");
        api.post(core("configmaps"), "metadata: {name: later}").ok(); // another resource's writes count as well
        assertThat(page(token).ok().items()).as("at first it is good").hasSize(10);
        for (int i = 0; i < 2; i++) cluster.advance(Duration.ofMinutes(6)); // looked at twice, five minutes apart
        assertThat(page(token).refused(410).at("reason")).isEqualTo("Expired");
    }
}
