package io.k8j.e2e.conformance;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Webhooks served by the test itself, for the namespace of the test. One that names no code refuses with 400. */
abstract class WebhookCase extends ConformanceCase {
    private static final String BASE = "/apis/admissionregistration.k8s.io/v1/";
    static final String VALIDATING = BASE + "validatingwebhookconfigurations";
    static final String MUTATING = BASE + "mutatingwebhookconfigurations";

    TestWebhooks webhooks;

    @BeforeEach
    void serve() {
        webhooks = new TestWebhooks(cluster.webhooks(), namespace);
    }

    @AfterEach
    void remove() {
        webhooks.release.countDown();
        for (String kind : List.of(VALIDATING, MUTATING)) {
            api.delete(kind + "?labelSelector=e2e-list-test-uuid%3D" + namespace)
                    .ok();
        }
    }

    /** A webhook for this test's namespace. @param more further fields, as YAML in flow form */
    String hook(String name, String path, String rules, String more) {
        return """
                {name: %s.k8s.io, rules: [%s], clientConfig: {url: '%s', caBundle: %s}, sideEffects: None,
                 admissionReviewVersions: [v1, v1beta1], namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}%s}""".formatted(
                name, rules, webhooks.url(path), webhooks.caBundle(), namespace, more.isEmpty() ? "" : ", " + more);
    }

    static String rule(String group, String version, String resource, String operations) {
        return "{apiGroups: ['%s'], apiVersions: ['%s'], resources: ['%s'], operations: [%s]}"
                .formatted(group, version, resource, operations);
    }

    static String configMaps(String operations) {
        return rule("", "v1", "configmaps", operations);
    }

    Answer register(String kind, String name, String... hooks) {
        return api.post(
                kind,
                "{metadata: {name: %s-%s, labels: {e2e-list-test-uuid: %s}}, webhooks: [%s]}"
                        .formatted(name, namespace, namespace, String.join(", ", hooks)));
    }

    String path(String kind, String name) {
        return kind + "/" + name + "-" + namespace;
    }

    Answer configMap(String name, String data) {
        return api.post(core("configmaps"), "{metadata: {name: %s}, data: {%s}}".formatted(name, data));
    }
}
