package io.k8j.apiserver.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.encryption.EncryptionConfiguration.Key;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.time.SystemTime;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransformersTest {
    private static final byte[] PLACE = "/registry/secrets/default/one".getBytes(StandardCharsets.UTF_8);
    private static final GroupResource SECRETS = new GroupResource("", "secrets");

    private static byte[] secret(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    private static Encryption encryption(String providers) {
        return Encryption.of(EncryptionFile.read("test.yaml", yaml(providers)), new SystemTime());
    }

    private static byte[] yaml(String providers) {
        return ("{kind: EncryptionConfiguration, apiVersion: apiserver.config.k8s.io/v1, resources: [{resources:"
                        + " [secrets], providers: [" + providers + "]}]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String keys(String provider, String name, int fill) {
        return "{%s: {keys: [{name: %s, secret: '%s'}]}}"
                .formatted(provider, name, Base64.getEncoder().encodeToString(secret(fill)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aesgcm", "aescbc", "secretbox"})
    void aValueIsStoredUnderUpstreamsPrefixAndReadAgain(String provider) {
        ValueTransformer values = encryption(keys(provider, "key1", 1)).forResource(SECRETS);
        byte[] plain = "{\"kind\":\"Secret\"}".getBytes(StandardCharsets.UTF_8);

        byte[] stored = values.seal(plain, PLACE);

        assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                .startsWith("k8s:enc:" + provider + ":v1:key1:")
                .doesNotContain("Secret");
        assertThat(values.open(stored, PLACE).plain()).isEqualTo(plain);
        assertThat(values.open(stored, PLACE).stale()).isFalse();
        assertThat(values.seal(plain, PLACE)).as("never twice the same").isNotEqualTo(stored);
    }

    @Test
    void secretboxIsNaCls() {
        HexFormat hex = HexFormat.of();
        byte[] key = hex.parseHex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        String nonce = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37";
        String box = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
                + "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
                + "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74"
                + "e355a5";

        byte[] plain = new SecretBox(key, new SecureRandom())
                .open(hex.parseHex(nonce + box), PLACE)
                .plain();

        assertThat(hex.formatHex(plain)).startsWith("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc");
    }

    @Test
    void gcmBindsAValueToItsPlace() {
        ValueTransformer values = encryption(keys("aesgcm", "key1", 1)).forResource(SECRETS);
        byte[] stored = values.seal(new byte[] {1, 2, 3}, PLACE);

        assertThatThrownBy(() -> values.open(stored, "/registry/secrets/default/two".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ValueException.class)
                .hasMessage("cipher: message authentication failed");
    }

    @Test
    void whatAnEarlierKeyOrProviderWroteIsReadAndStale() {
        byte[] old = encryption(keys("aescbc", "old", 1)).forResource(SECRETS).seal(new byte[] {7}, PLACE);
        byte[] plain = "{}".getBytes(StandardCharsets.UTF_8);
        ValueTransformer values = encryption(
                        keys("aesgcm", "new", 2) + ", " + keys("aescbc", "old", 1) + ", {identity: {}}")
                .forResource(SECRETS);

        assertThat(values.open(old, PLACE).plain()).containsExactly(7);
        assertThat(values.open(old, PLACE).stale()).isTrue();
        assertThat(values.open(plain, PLACE).stale()).isTrue();
    }

    @Test
    void twoProvidersOfOneKindAreTriedOneAfterTheOther() {
        byte[] old = encryption(keys("aesgcm", "key", 1)).forResource(SECRETS).seal(new byte[] {7}, PLACE);
        ValueTransformer values = encryption(keys("aesgcm", "key", 2) + ", " + keys("aesgcm", "key", 1))
                .forResource(SECRETS);

        assertThat(values.open(old, PLACE).stale()).isTrue();
    }

    @Test
    void whatNobodyCanReadIsRefusedInUpstreamsWords() {
        byte[] stored =
                encryption(keys("aesgcm", "gone", 1)).forResource(SECRETS).seal(new byte[] {7}, PLACE);

        assertThatThrownBy(
                        () -> encryption("{identity: {}}").forResource(SECRETS).open(stored, PLACE))
                .hasMessage("no matching prefix found");
        assertThatThrownBy(() -> encryption(keys("aesgcm", "key1", 1))
                        .forResource(SECRETS)
                        .open(stored, PLACE))
                .hasMessage("no matching key was found for the provided AES transformer");
        assertThatThrownBy(() ->
                        Encryption.none(new SystemTime()).forResource(SECRETS).open(stored, PLACE))
                .hasMessage("identity transformer tried to read encrypted data");
        for (int length = 0; length < stored.length; length++) {
            byte[] cut = Arrays.copyOf(stored, length);
            assertThatThrownBy(() -> encryption(keys("aesgcm", "gone", 1))
                            .forResource(SECRETS)
                            .open(cut, PLACE))
                    .isInstanceOf(ValueException.class);
        }
    }

    @Test
    void theFirstRuleThatFitsWins() {
        byte[] text = ("{kind: EncryptionConfiguration, apiVersion: apiserver.config.k8s.io/v1, resources: ["
                        + "{resources: [events], providers: [{identity: {}}]},"
                        + "{resources: ['*.apps'], providers: [" + keys("aesgcm", "apps", 1) + "]},"
                        + "{resources: ['*.*'], providers: [" + keys("secretbox", "all", 2) + "]}]}")
                .getBytes(StandardCharsets.UTF_8);
        Encryption encryption = Encryption.of(EncryptionFile.read("x", text), new SystemTime());
        byte[] plain = {'{', '}'};

        assertThat(encryption.forResource(new GroupResource("", "events")).seal(plain, PLACE))
                .isEqualTo(plain);
        assertThat(prefix(encryption, "apps", "deployments")).startsWith("k8s:enc:aesgcm:v1:apps:");
        assertThat(prefix(encryption, "example.com", "things")).startsWith("k8s:enc:secretbox:v1:all:");
    }

    private static String prefix(Encryption encryption, String group, String resource) {
        byte[] stored =
                encryption.forResource(new GroupResource(group, resource)).seal(new byte[] {1}, PLACE);
        return new String(stored, StandardCharsets.ISO_8859_1);
    }

    @Test
    void mistakesInTheFileAreToldInUpstreamsWords() {
        assertThatThrownBy(() -> EncryptionFile.read("f", new byte[0]))
                .hasMessage("encryption provider configuration file \"f\" is empty");
        assertWrong(
                "{aesgcm: {keys: [{name: a, secret: 'YWJj'}]}}",
                "resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: \"REDACTED\": secret is not of the"
                        + " expected length, got 3, expected one of [16 24 32]");
        assertWrong(
                "{aesgcm: {keys: [{name: a, secret: '?'}]}}",
                "resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: \"REDACTED\": secrets must be base64"
                        + " encoded");
        assertWrong(
                "{aesgcm: {keys: []}}",
                "resources[0].providers[0].aesgcm.keys: Required value: at least one keys is required");
        assertWrong(
                "{kms: {apiVersion: v2, name: a, endpoint: 'http://x'}}",
                "resources[0].providers[0].kms.endpoint: Invalid value: \"http://x\": unsupported scheme \"http\" for"
                        + " KMS provider, only unix is supported");
        assertThatThrownBy(() -> EncryptionFile.read(
                        "f",
                        ("{kind: EncryptionConfiguration, apiVersion: apiserver.config.k8s.io/v1, resources:"
                                        + " [{resources: ['*.'], providers: [{identity: {}}]}, {resources: [secrets], providers:"
                                        + " [{identity: {}}]}]}")
                                .getBytes(StandardCharsets.UTF_8)))
                .hasMessage("resource \"secrets\" is masked by earlier rule \"*.\"");
    }

    private static void assertWrong(String provider, String message) {
        assertThatThrownBy(() -> EncryptionFile.read("f", yaml(provider))).hasMessage(message);
    }

    @Test
    void aWrittenFileReadsAsTheSame() {
        EncryptionConfiguration configuration = EncryptionFile.read(
                "f", yaml(keys("aesgcm", "a", 1) + ", " + keys("secretbox", "b", 2) + ", {identity: {}}"));

        assertThat(EncryptionFile.read("f", EncryptionFile.write(configuration)))
                .isEqualTo(configuration);
        assertThat(new Key("a", secret(1)).toString()).doesNotContain("AQEB").contains("REDACTED");
    }

    @Test
    void rotationIsTheSameWhenAStepIsTakenTwice() {
        EncryptionConfiguration one = EncryptionFile.read("f", yaml(keys("aesgcm", "key9", 1) + ", {identity: {}}"));
        EncryptionConfiguration two = RotationPlan.prepared(one, new Key("key10", secret(2)));
        EncryptionConfiguration turned = RotationPlan.rotated(two, "key10");

        assertThat(RotationPlan.nextName(RotationPlan.keys(one))).isEqualTo("key10");
        assertThat(RotationPlan.keys(turned)).extracting(Key::name).containsExactly("key10", "key9");
        assertThat(RotationPlan.rotated(turned, "key10")).isEqualTo(turned);
        assertThat(RotationPlan.keys(RotationPlan.cleaned(turned)))
                .extracting(Key::name)
                .containsExactly("key10");
        assertThat(RotationPlan.enabled(RotationPlan.enabled(one, false))).isFalse();
        assertThat(RotationPlan.enabled(RotationPlan.enabled(one, false), true)).isEqualTo(one);
    }

    @Test
    void derivedKeysGiveEachValueAKeyOfItsOwn() {
        DerivedKeyGcm values = new DerivedKeyGcm(secret(3), new SecureRandom());
        byte[] stored = values.seal(new byte[] {1, 2}, PLACE);

        assertThat(stored).hasSize(32 + 12 + 2 + 16);
        assertThat(values.open(stored, PLACE).plain()).containsExactly(1, 2);
        assertThatThrownBy(() -> new DerivedKeyGcm(secret(4), new SecureRandom()).open(stored, PLACE))
                .hasMessage("cipher: message authentication failed");
        assertThat(List.of(values.seal(new byte[] {1}, PLACE)).getFirst())
                .isNotEqualTo(values.seal(new byte[] {1}, PLACE));
    }
}
