package io.k8j.e2e.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.images.ImageStore;
import io.k8j.e2e.images.Images;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TestRegistryTest {
    private static HttpClient http;
    private static TestRegistry registry;

    @BeforeAll
    static void start() throws IOException {
        ImageStore images = Images.orSkip();
        http = HttpClient.newHttpClient();
        registry = TestRegistry.start(images, "docker.io");
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
            http.close();
        }
    }

    private static HttpResponse<byte[]> send(String method, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(registry.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void answersTheVersionCheck() throws Exception {
        assertThat(send("GET", "/v2/").statusCode()).isEqualTo(200);
    }

    @Test
    void servesAManifestByTagAndByDigestAndItsBlobs() throws Exception {
        var head = send("HEAD", "/v2/library/nginx/manifests/1.25.3");
        String digest = head.headers().firstValue("Docker-Content-Digest").orElseThrow();
        var byDigest = send("GET", "/v2/library/nginx/manifests/" + digest);
        assertThat(byDigest.statusCode()).isEqualTo(200);
        assertThat(byDigest.headers().firstValue("Content-Type"))
                .hasValue("application/vnd.oci.image.manifest.v1+json");
        assertThat(byDigest.body())
                .hasSize(Integer.parseInt(
                        head.headers().firstValue("Content-Length").orElseThrow()));
        for (JsonNode layer : JsonMapper.shared().readTree(byDigest.body()).path("layers")) {
            var blob = send(
                    "GET", "/v2/library/nginx/blobs/" + layer.path("digest").asString());
            assertThat(blob.body()).hasSize(layer.path("size").asInt());
        }
    }

    @Test
    void saysManifestUnknownForATagThatIsNotThere() throws Exception {
        var answer = send("GET", "/v2/library/nginx/manifests/1.91");
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode error = JsonMapper.shared().readTree(answer.body()).at("/errors/0");
        assertThat(error.path("code").asString()).isEqualTo("MANIFEST_UNKNOWN");
    }

    @Test
    void saysNameUnknownForARepositoryThatIsNotThere() throws Exception {
        assertThat(new String(send("GET", "/v2/library/none/manifests/1").body(), StandardCharsets.UTF_8))
                .contains("NAME_UNKNOWN");
    }

    @Test
    void listsTagsAndRefusesPushes() throws Exception {
        assertThat(new String(send("GET", "/v2/library/busybox/tags/list").body(), StandardCharsets.UTF_8))
                .contains("\"latest\"", "\"1.36\"");
        assertThat(send("PUT", "/v2/library/busybox/manifests/new").statusCode())
                .isEqualTo(405);
    }

    @Test
    void tellsContainerdToAskHereOnly(@TempDir Path directory) throws IOException {
        registry.writeHostsToml(directory);
        assertThat(Files.readString(directory.resolve("docker.io/hosts.toml")))
                .contains("server = \"" + registry.url() + "\"")
                .contains("capabilities = [\"pull\", \"resolve\"]");
    }
}
