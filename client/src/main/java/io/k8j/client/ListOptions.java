package io.k8j.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to list or watch.
 *
 * @param namespace empty for all namespaces and for cluster resources
 * @param labelSelector in upstream's text form; empty for all
 * @param fieldSelector in upstream's text form; empty for all
 */
public record ListOptions(String namespace, String labelSelector, String fieldSelector) {
    public static final ListOptions ALL = new ListOptions("", "", "");

    public static ListOptions inNamespace(String namespace) {
        return new ListOptions(namespace, "", "");
    }

    public ListOptions labels(String selector) {
        return new ListOptions(namespace, selector, fieldSelector);
    }

    public ListOptions fields(String selector) {
        return new ListOptions(namespace, labelSelector, selector);
    }

    Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        if (!labelSelector.isEmpty()) {
            query.put("labelSelector", labelSelector);
        }
        if (!fieldSelector.isEmpty()) {
            query.put("fieldSelector", fieldSelector);
        }
        return query;
    }
}
