package io.k8j.junit;

import io.k8j.client.Client;
import io.k8j.client.PatchType;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells the API server of webhooks. Safe for all threads. */
final class WebhookRegistration {
    private static final GroupVersionResource DEFINITIONS =
            new GroupVersionResource("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    private final Client client;

    WebhookRegistration(Client client) {
        this.client = client;
    }

    void admission(String kind, String name, WebhookRule rule, String url, String caBundle) {
        Map<String, Object> webhook = new LinkedHashMap<>();
        webhook.put("name", name + ".k8j-junit.test");
        webhook.put("clientConfig", Map.of("url", url, "caBundle", caBundle));
        webhook.put(
                "rules",
                List.of(Map.of(
                        "apiGroups", List.of(rule.group()),
                        "apiVersions", List.of(rule.version()),
                        "resources", rule.resources(),
                        "operations", rule.operations(),
                        "scope", "*")));
        webhook.put("sideEffects", "None");
        webhook.put("admissionReviewVersions", List.of("v1"));
        webhook.put("failurePolicy", "Fail");
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("apiVersion", "admissionregistration.k8s.io/v1");
        configuration.put("kind", kind);
        configuration.put("metadata", Map.of("name", name));
        configuration.put("webhooks", List.of(webhook));
        GroupVersionResource resource =
                new GroupVersionResource("admissionregistration.k8s.io", "v1", kind.toLowerCase(Locale.ROOT) + "s");
        client.transport()
                .call(new ApiCall(
                        Verb.PATCH,
                        resource,
                        "",
                        name,
                        "",
                        Map.of("fieldManager", "k8j-junit", "force", "true"),
                        PatchType.APPLY.mediaType(),
                        configuration));
    }

    void conversion(String definition, String url, String caBundle) {
        Map<String, Object> conversion = Map.of(
                "strategy",
                "Webhook",
                "webhook",
                Map.of(
                        "conversionReviewVersions",
                        List.of("v1"),
                        "clientConfig",
                        Map.of("url", url, "caBundle", caBundle)));
        client.transport()
                .call(new ApiCall(
                        Verb.PATCH,
                        DEFINITIONS,
                        "",
                        definition,
                        "",
                        Map.of("fieldManager", "k8j-junit"),
                        PatchType.MERGE.mediaType(),
                        Map.of("spec", Map.of("conversion", conversion))));
    }
}
