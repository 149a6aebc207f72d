package io.k8j.junit;

import java.util.List;

/**
 * Which requests an admission webhook is asked about.
 *
 * @param resources plural names, with a slash and the subresource if there is one; {@code *} for all
 * @param operations {@code CREATE}, {@code UPDATE}, {@code DELETE}, {@code CONNECT} or {@code *}
 */
public record WebhookRule(String group, String version, List<String> resources, List<String> operations) {
    public WebhookRule {
        resources = List.copyOf(resources);
        operations = List.copyOf(operations);
    }

    /** Requests that create or update one resource. */
    public static WebhookRule of(String group, String version, String resource) {
        return new WebhookRule(group, version, List.of(resource), List.of("CREATE", "UPDATE"));
    }

    /** For other operations. */
    public WebhookRule on(String... wanted) {
        return new WebhookRule(group, version, resources, List.of(wanted));
    }
}
