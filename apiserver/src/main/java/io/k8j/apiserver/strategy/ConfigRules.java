package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.ClusterValidation;
import io.k8j.apiserver.validation.ConfigValidation;
import io.k8j.apiserver.validation.EndpointsValidation;
import io.k8j.apiserver.validation.EventValidation;
import io.k8j.apiserver.validation.NodeValidation;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.QuotaValidation;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is special about the remaining resources of the core group. */
final class ConfigRules {
    private ConfigRules() {}

    /** The rules of a resource; null if it is not one of these. */
    static Rules find(String resource) {
        return switch (resource) {
            case "configmaps" ->
                Rules.plain().check(ConfigValidation::configMap).updateCheck(ConfigValidation::configMapUpdate);
            case "secrets" ->
                Rules.plain()
                        .onCreate((context, secret) -> stringData(secret))
                        .onUpdate((context, secret, old) -> stringData(secret))
                        .check(ConfigValidation::secret)
                        .updateCheck(ConfigValidation::secretUpdate)
                        .warn(ConfigWarnings::secret)
                        .select("type");
            case "namespaces" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .onCreate(ConfigRules::namespace)
                        .onUpdate(ConfigRules::keepFinalizers)
                        .check(ClusterValidation::namespace)
                        .updateCheck((o, old) -> List.of())
                        .statusCheck((o, old) -> ClusterValidation.namespaceStatus(o))
                        .select("name", p -> p.at("metadata", "name").text())
                        .select("status.phase");
            case "nodes" ->
                Rules.plain()
                        .onCreate((context, node) -> dropConfig(node, Map.of()))
                        .onUpdate((context, node, old) -> {
                            Rules.keep(node, old, "status");
                            dropConfig(node, old);
                        })
                        .onStatus((context, node, old) -> dropConfig(node, old))
                        .check(NodeValidation::create)
                        .updateCheck(NodeValidation::update)
                        .statusCheck(NodeValidation::statusUpdate)
                        .warn(ObjectWarnings::node)
                        .select(
                                "spec.unschedulable",
                                p -> Boolean.toString(
                                        p.at("spec", "unschedulable").isTrue()));
            case "serviceaccounts" ->
                Rules.plain()
                        .onCreate((context, account) -> onlyNames(account))
                        .onUpdate((context, account, old) -> onlyNames(account))
                        .warn(ConfigWarnings::account);
            case "limitranges" ->
                Rules.plain()
                        .createOnUpdate()
                        .onCreate((context, range) -> nameIfNameless(range))
                        .check(QuotaValidation::limitRange);
            case "resourcequotas" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .check(QuotaValidation::resourceQuota)
                        .updateCheck(QuotaValidation::resourceQuotaUpdate)
                        .statusCheck((o, old) -> QuotaValidation.resourceQuotaStatus(o))
                        .warn(ConfigWarnings::quota);
            case "endpoints" ->
                Rules.plain()
                        .createOnUpdate()
                        .check(EndpointsValidation::endpoints)
                        .updateCheck(EndpointsValidation::endpointsUpdate)
                        .warn(ObjectWarnings::endpoints);
            case "events" -> event();
            case "events.events.k8s.io" -> newEvent();
            default -> null;
        };
    }

    private static void stringData(Map<String, Object> secret) {
        Object texts = secret.remove("stringData");
        if (!(texts instanceof Map<?, ?> map) || map.isEmpty()) {
            return;
        }
        Map<String, Object> data = new LinkedHashMap<>(Trees.map(secret, "data"));
        Trees.asMap(map)
                .forEach((key, text) -> data.put(
                        key,
                        Base64.getEncoder().encodeToString(String.valueOf(text).getBytes(StandardCharsets.UTF_8))));
        secret.put("data", data);
    }

    private static void namespace(RequestContext context, Map<String, Object> namespace) {
        namespace.put("status", new LinkedHashMap<>(Map.of("phase", "Active")));
        List<Object> finalizers = new ArrayList<>(Trees.list(namespace, "spec", "finalizers"));
        if (!finalizers.contains("kubernetes")) {
            finalizers.add("kubernetes");
        }
        Trees.set(namespace, finalizers, "spec", "finalizers");
    }

    /** Only the {@code finalize} subresource changes them. */
    private static void keepFinalizers(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        Object finalizers = Trees.get(old, "spec", "finalizers");
        if (finalizers != null) {
            Trees.set(object, Trees.deepCopy(finalizers), "spec", "finalizers");
        }
    }

    /** Configuration of kubelets by the API is gone: nobody may ask for it anew. */
    private static void dropConfig(Map<String, Object> node, Map<String, Object> old) {
        if (Trees.get(old, "spec", "configSource") == null) Trees.remove(node, "spec", "configSource");
        if (Trees.get(old, "status", "config") == null) Trees.remove(node, "status", "config");
    }

    private static void onlyNames(Map<String, Object> account) {
        List<Object> secrets = Trees.list(account, "secrets");
        if (secrets.isEmpty()) {
            return;
        }
        List<Object> names = new ArrayList<>();
        for (Object secret : secrets) {
            String name = Trees.string(secret, "name");
            names.add(new LinkedHashMap<>(Map.of("name", name == null ? "" : name)));
        }
        account.put("secrets", names);
    }

    private static void nameIfNameless(Map<String, Object> object) {
        String name = Trees.string(object, "metadata", "name");
        if (name == null || name.isEmpty()) Trees.set(object, UUID.randomUUID().toString(), "metadata", "name");
    }

    private static Rules event() {
        return Rules.plain()
                .createOnUpdate()
                .withoutDependents()
                .requestCheck(EventValidation::create, EventValidation::update)
                .select(
                        "involvedObject.kind",
                        "involvedObject.namespace",
                        "involvedObject.name",
                        "involvedObject.uid",
                        "involvedObject.apiVersion",
                        "involvedObject.resourceVersion",
                        "involvedObject.fieldPath",
                        "reason",
                        "reportingComponent")
                .select("source", ConfigRules::source)
                .select("type");
    }

    private static String source(Place event) {
        String component = event.at("source", "component").text();
        return component.isEmpty() ? event.text("reportingComponent") : component;
    }

    /** The same objects with the new group's spelling. */
    private static Rules newEvent() {
        Rules rules = Rules.plain()
                .createOnUpdate()
                .withoutDependents()
                .requestCheck(EventValidation::create, EventValidation::update);
        for (String field : List.of("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")) {
            rules.select("regarding." + field, p -> {
                Place object = p.field("regarding").present() ? p.field("regarding") : p.field("involvedObject");
                return object.text(field);
            });
        }
        return rules.select("reason")
                .select(
                        "reportingController",
                        p -> p.field("reportingController").present()
                                ? p.text("reportingController")
                                : p.text("reportingComponent"))
                .select("type");
    }
}
