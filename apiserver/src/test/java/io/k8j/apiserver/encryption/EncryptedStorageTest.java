package io.k8j.apiserver.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.http.RequestSettings;
import io.k8j.model.json.Json;
import io.k8j.model.time.SystemTime;
import io.k8j.store.EmbeddedStore;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import io.k8j.store.WriteOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted Secrets as clients and the disk see them. */
class EncryptedStorageTest {
    private static final String SECRETS = "/api/v1/namespaces/default/secrets";
    private static final String STATUS = "/v1-k8j/encrypt/status";
    private static final String CONFIG = "/v1-k8j/encrypt/config";

    @TempDir
    Path directory;

    private final SystemTime time = new SystemTime();

    @AfterEach
    void stop() {
        time.close();
    }

    private Path file() {
        return directory.resolve("cred/encryption-config.json");
    }

    private Encryption read() throws IOException {
        KeyRotation.ensure(file());
        return Encryption.of(EncryptionFile.read("f", Files.readAllBytes(file())), time);
    }

    private HttpTestServer server(Store store) throws IOException {
        Encryption encryption = read();
        return new HttpTestServer(
                store,
                false,
                Operations.DEFAULTS.withEncryption(encryption, KeyRotation.of(file(), encryption)),
                RequestSettings.DEFAULTS);
    }

    private static String secret(String name, String value) {
        return "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'%s'},'data':{'k':'%s'}}"
                .formatted(name, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
    }

    private static String stored(Store store, String key) {
        return new String(store.get(key).orElseThrow().value(), StandardCharsets.ISO_8859_1);
    }

    private static List<String> prefixes(Store store) {
        return store.list("/registry/secrets/").entries().stream()
                .map(entry -> new String(entry.value(), StandardCharsets.ISO_8859_1))
                .map(text -> text.startsWith("{")
                        ? "plain"
                        : text.substring(0, text.indexOf(':', "k8s:enc:aesgcm:v1:".length())))
                .distinct()
                .toList();
    }

    @Test
    void noPlainTextOfASecretReachesTheDisk() throws Exception {
        String base64 = Base64.getEncoder().encodeToString("the-hidden-word".getBytes(StandardCharsets.UTF_8));
        try (Store store = EmbeddedStore.open(directory.resolve("db"), StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            assertThat(api.post(SECRETS, secret("one", "the-hidden-word")).statusCode())
                    .isEqualTo(201);
            assertThat(api.send(
                                    "PUT",
                                    SECRETS + "/one",
                                    secret("one", "the-hidden-word").replace('\'', '"'))
                            .statusCode())
                    .isEqualTo(200);
            api.post(
                    "/api/v1/namespaces/default/configmaps",
                    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'k':'seen-in-plain'}}");
            store.snapshot(directory.resolve("snapshot"));
        }
        assertThat(filesWith(base64)).isEmpty();
        assertThat(filesWith("the-hidden-word")).isEmpty();
        assertThat(filesWith("seen-in-plain"))
                .as("the search does find what is there")
                .isNotEmpty();
        try (Store store = EmbeddedStore.open(directory.resolve("db"), StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            assertThat(api.get(SECRETS + "/one").body()).contains(base64);
            assertThat(api.get(SECRETS).body()).contains(base64);
        }
    }

    private List<Path> filesWith(String text) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .contains(text);
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void onlyConfiguredResourcesAreEncrypted() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            api.post(SECRETS, secret("one", "v"));
            assertThat(stored(store, "/registry/secrets/default/one")).startsWith("k8s:enc:aesgcm:v1:key1:");
            assertThat(stored(store, "/registry/namespaces/default")).startsWith("{\"kind\":\"Namespace\"");
            assertThat(api.get("/metrics").body())
                    .contains("apiserver_storage_transformation_operations_total{status=\"OK\","
                            + "transformation_type=\"to_storage\",transformer_prefix=\"k8s:enc:aesgcm:v1:\"} 1");
        }
    }

    @Test
    void aDamagedValueIsAnErrorOfItsOwnAndNoListIsSilentlyShort() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS)) {
            try (HttpTestServer api = server(store)) {
                api.post(SECRETS, secret("good", "v"));
                api.post(SECRETS, secret("bad", "v"));
                api.post("/api/v1/namespaces/kube-system/secrets", secret("other", "v"));
            }
            byte[] value = store.get("/registry/secrets/default/bad")
                    .orElseThrow()
                    .value()
                    .clone();
            value[value.length - 1] ^= 1;
            store.put("/registry/secrets/default/bad", value, Store.ANY_REVISION, WriteOptions.FSYNC);
            try (HttpTestServer api = server(store)) {
                assertThat(api.get(SECRETS + "/good").statusCode()).isEqualTo(200);
                assertThat(api.get("/api/v1/namespaces/kube-system/secrets").statusCode())
                        .isEqualTo(200);
                var one = api.get(SECRETS + "/bad");
                assertThat(one.statusCode()).isEqualTo(500);
                assertThat(one.body())
                        .contains("\"message\":\"Internal error occurred: cipher: message authentication failed\"")
                        .contains("\"reason\":\"InternalError\"");
                var list = api.get(SECRETS);
                assertThat(list.statusCode()).isEqualTo(500);
                assertThat(list.body())
                        .contains("unable to transform key \\\"/registry/secrets/default/bad\\\": cipher: message"
                                + " authentication failed");
                assertThat(api.get("/api/v1/secrets").statusCode()).isEqualTo(500);
                assertThat(api.send("DELETE", SECRETS + "/bad", "").statusCode())
                        .isEqualTo(500);
                assertThat(store.get("/registry/secrets/default/bad")).isPresent();
            }
        }
    }

    @Test
    void anObjectIsReadableAgainWhenItsKeyIsBack() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS)) {
            EncryptionConfiguration full;
            try (HttpTestServer api = server(store)) {
                api.post(SECRETS, secret("one", "v"));
                full = read().configuration();
            }
            Encryption encryption = Encryption.none(time);
            try (HttpTestServer api = new HttpTestServer(
                    store, false, Operations.DEFAULTS.withEncryption(encryption, null), RequestSettings.DEFAULTS)) {
                assertThat(api.get(SECRETS + "/one").body())
                        .contains("identity transformer tried to read encrypted data");

                encryption.replace(full);

                assertThat(api.get(SECRETS + "/one").statusCode()).isEqualTo(200);
                assertThat(api.get(SECRETS).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void keysAreRotatedStepByStepWhileTheServerRuns() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            for (int i = 0; i < 30; i++) api.post(SECRETS, secret("s" + i, "v" + i));
            assertThat(api.json(STATUS))
                    .containsEntry("enable", true)
                    .containsEntry("stage", "start")
                    .containsEntry("activekey", "key1");

            assertThat(step(api, "rotate").statusCode()).as("not its turn").isEqualTo(400);
            assertThat(step(api, "prepare").body()).contains("\"inactivekeys\":[\"key2\"]");
            assertThat(step(api, "rotate").body()).contains("\"activekey\":\"key2\"");
            api.post(SECRETS, secret("new", "v"));
            assertThat(prefixes(store)).containsExactlyInAnyOrder("k8s:enc:aesgcm:v1:key1", "k8s:enc:aesgcm:v1:key2");
            step(api, "reencrypt");
            awaitFinished(api);

            assertThat(prefixes(store)).containsExactly("k8s:enc:aesgcm:v1:key2");
            assertThat(api.json(STATUS)).containsEntry("inactivekeys", List.of());
            assertThat(api.get(SECRETS + "/s7").body())
                    .contains(Base64.getEncoder().encodeToString("v7".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aWriteThatChangesNothingStoresAnOldValueAnew() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            api.post(SECRETS, secret("one", "v"));
            Object before = api.json(SECRETS + "/one");
            String unchanged = Json.writeString(before);
            api.send("PUT", SECRETS + "/one", unchanged);
            assertThat(api.json(SECRETS + "/one")).isEqualTo(before);
            step(api, "prepare");
            step(api, "rotate");
            assertThat(prefixes(store)).containsExactly("k8s:enc:aesgcm:v1:key1");

            assertThat(api.send("PUT", SECRETS + "/one", unchanged).statusCode())
                    .isEqualTo(200);
            assertThat(prefixes(store)).containsExactly("k8s:enc:aesgcm:v1:key2");
            assertThat(api.json(SECRETS + "/one")).isNotEqualTo(before);
        }
    }

    private static java.net.http.HttpResponse<String> step(HttpTestServer api, String stage) {
        return api.send("PUT", CONFIG, "{\"stage\":\"" + stage + "\"}");
    }

    private static void awaitFinished(HttpTestServer api) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> api.json(STATUS).get("stage").equals("reencrypt_finished"));
    }

    @Test
    void oneCommandRotatesAllAtOnceAndAnInterruptedOneGoesOnAtTheNextStart() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS)) {
            try (HttpTestServer api = server(store)) {
                for (int i = 0; i < 10; i++) api.post(SECRETS, secret("s" + i, "v" + i));
                step(api, "prepare");
                step(api, "rotate");
            }
            // A crash right after the request was noted: no object was written again yet.
            Files.writeString(directory.resolve("cred/encryption-state.json"), "{\"stage\":\"reencrypt_active\"}");
            try (HttpTestServer api = server(store)) {
                awaitFinished(api);
                assertThat(prefixes(store)).containsExactly("k8s:enc:aesgcm:v1:key2");
                assertThat(step(api, "rotate-keys").statusCode()).isEqualTo(200);
                awaitFinished(api);
                assertThat(prefixes(store)).containsExactly("k8s:enc:aesgcm:v1:key3");
                assertThat(new String(Files.readAllBytes(file()), StandardCharsets.UTF_8))
                        .doesNotContain("key2");
            }
        }
    }

    @Test
    void encryptionIsSwitchedOffAndOnAgain() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            api.post(SECRETS, secret("one", "v"));
            assertThat(api.send("PUT", CONFIG, "{\"enable\":false}").body()).contains("\"enable\":false");
            assertThat(prefixes(store)).containsExactly("k8s:enc:aesgcm:v1:key1");
            api.send("PUT", CONFIG, "{\"stage\":\"reencrypt\",\"force\":true,\"skip\":true}");
            awaitFinished(api);
            assertThat(prefixes(store)).containsExactly("plain");
            api.send("PUT", CONFIG, "{\"enable\":true}");
            api.send("PUT", CONFIG, "{\"stage\":\"reencrypt\",\"force\":true,\"skip\":true}");
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> prefixes(store).equals(List.of("k8s:enc:aesgcm:v1:key1")));
        }
    }

    @Test
    void onlyAdministratorsMayAsk() throws Exception {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                HttpTestServer api = server(store)) {
            assertThat(api.send(api.request(STATUS, "bob")).statusCode()).isEqualTo(403);
            assertThat(api.send(api.request(STATUS, null)).statusCode()).isEqualTo(403);
            assertThat(api.send("PUT", CONFIG, "{").statusCode()).isEqualTo(400);
            assertThat(api.send("PUT", CONFIG, "{\"stage\":\"nonsense\"}").statusCode())
                    .isEqualTo(400);
            Map<String, Object> status = Json.parseObject(api.get(STATUS).body());
            assertThat(status.toString()).doesNotContain("secret");
        }
    }
}
