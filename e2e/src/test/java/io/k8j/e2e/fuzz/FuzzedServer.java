package io.k8j.e2e.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.cluster.Kubeconfig;
import io.k8j.junit.K8jCluster;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An API server that hostile input is sent to, with objects in it that nothing of that may change. */
final class FuzzedServer implements AutoCloseable {
    static final String CONFIG_MAPS = "/api/v1/namespaces/fuzz/configmaps";
    static final String KEPT = CONFIG_MAPS + "/kept";
    static final byte[] NOTHING = {};
    /** Rounds of a property. */
    static final int ROUNDS = 5;
    /** Inputs in a round. */
    static final int TRIES = Integer.getInteger("k8j.fuzz.tries", 60);

    final Wire wire;
    private final K8jCluster cluster;

    FuzzedServer() throws IOException {
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .start();
        wire = new Wire(Kubeconfig.read(cluster.kubeconfigFile()));
        for (String namespace : List.of("fuzz", "rec")) {
            post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"%s\"}}".formatted(namespace));
            post("/api/v1/namespaces/" + namespace + "/serviceaccounts", "{\"metadata\":{\"name\":\"default\"}}");
        }
        post(CONFIG_MAPS, "{\"metadata\":{\"name\":\"kept\",\"labels\":{\"a\":\"b\"}},\"data\":{\"k\":\"v\"}}");
        post(
                "/api/v1/namespaces/fuzz/pods",
                "{\"metadata\":{\"name\":\"kept\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":[{\"containerPort\":80}]}]}}");
        post(
                "/apis/apps/v1/namespaces/fuzz/deployments",
                "{\"metadata\":{\"name\":\"kept\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}");
        for (int i = 0; i < 5; i++) post(CONFIG_MAPS, "{\"metadata\":{\"name\":\"m" + i + "\"}}");
    }

    private void post(String path, String body) throws IOException {
        assertThat(send("POST", path, "application/json", body).status())
                .as(body)
                .isIn(201, 409);
    }

    Wire.Answer send(String method, String path, String type, String body) throws IOException {
        return wire.send(
                method, path, Map.of("Content-Type", type, "Accept", "application/json"), body.getBytes(UTF_8));
    }

    Wire.Answer get(String path) throws IOException {
        return wire.send("GET", path, Map.of("Accept", "application/json"), NOTHING);
    }

    /** Checks that what is kept is as it was made. */
    void unchanged() throws IOException {
        for (String path : PathWords.KEPT) {
            Wire.Answer kept = get(path);
            assertThat(kept.status()).as(kept.body()).isEqualTo(200);
            JsonNode metadata = JsonMapper.shared().readTree(kept.body()).path("metadata");
            assertThat(metadata.path("managedFields").size()).as(kept.body()).isOne();
            assertThat(metadata.path("generation").asInt(1)).as(kept.body()).isOne();
        }
        String data = get(KEPT).body();
        assertThat(JsonMapper.shared().readTree(data).path("data").path("k").asString())
                .as(data)
                .isEqualTo("v");
    }

    @Override
    public void close() {
        wire.close();
        cluster.close();
    }
}
