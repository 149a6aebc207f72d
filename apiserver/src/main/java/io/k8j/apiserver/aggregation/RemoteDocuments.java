package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.discovery.Foreign;
import io.k8j.apiserver.discovery.ForeignApis;
import io.k8j.apiserver.discovery.ThirdDocument;
import io.k8j.apiserver.http.Tagged;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.openapi.ThirdFromSecond;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What servers behind this one say of themselves: discovery and OpenAPI, as they last answered. Safe for all threads. */
final class RemoteDocuments implements ForeignApis {
    private final ServiceIndex index;
    private final RemoteClient client;
    private final Map<String, Known> known = new ConcurrentHashMap<>(); // by name of the APIService

    /** Answers of one server; the OpenAPI parts may be null. */
    private record Known(
            byte[] discovery,
            Foreign foreign,
            String third,
            Made made,
            byte[] secondBytes,
            Map<String, Object> second) {}

    /** An OpenAPI v3 document that stands in for one that the server does not have. */
    record Made(byte[] document, String hash) {}

    RemoteDocuments(ServiceIndex index, RemoteClient client) {
        this.index = index;
        this.client = client;
    }

    /** Takes a fresh answer to discovery, and asks the server for its other documents. Blocks. */
    void learn(RemoteService service, byte[] discovery) {
        Known before = known.get(service.name());
        boolean same = before != null && java.util.Arrays.equals(before.discovery(), discovery);
        Foreign foreign = same && before.foreign().groupPriority() == service.groupPriority()
                ? before.foreign()
                : foreign(service, discovery);
        byte[] second = json(ask(service, "/openapi/v2"));
        boolean sameSecond = before != null && java.util.Arrays.equals(before.secondBytes(), second);
        Map<String, Object> tree = sameSecond ? before.second() : second(service, second);
        RemoteClient.Answer thirds = ask(service, "/openapi/v3");
        Made made = null;
        if (second != null && thirds != null && thirds.status() == 404) {
            made = sameSecond && before.made() != null ? before.made() : made(second);
        }
        known.put(service.name(), new Known(discovery, foreign, third(service, thirds), made, second, tree));
    }

    private static Made made(byte[] second) {
        try {
            byte[] document = Json.write(ThirdFromSecond.convert(Json.parseObject(second)));
            return new Made(document, Tagged.of(document));
        } catch (JsonException e) {
            return null;
        }
    }

    /** The document that was made for a server; null if it has its own or none. */
    Made made(RemoteService service) {
        Known answers = known.get(service.name());
        return answers == null ? null : answers.made();
    }

    /** Null if there is no answer: the next round finds out whether the server is still there. */
    private RemoteClient.Answer ask(RemoteService service, String path) {
        try {
            return client.get(service, path, "application/json");
        } catch (IOException e) {
            return null;
        }
    }

    private static byte[] json(RemoteClient.Answer answer) {
        boolean json =
                answer != null && answer.status() == 200 && answer.contentType().contains("json");
        return json ? answer.body() : null;
    }

    private static String third(RemoteService service, RemoteClient.Answer thirds) {
        byte[] body = json(thirds);
        if (body == null) return null;
        try {
            String path = "apis/" + service.groupVersion();
            return Trees.string(Json.parseObject(body), "paths", path, "serverRelativeURL");
        } catch (JsonException e) {
            return null;
        }
    }

    private static Map<String, Object> second(RemoteService service, byte[] body) {
        if (body == null) return null;
        try {
            Map<String, Object> document = Json.parseObject(body);
            Map<String, Object> paths = new TreeMap<>();
            String prefix = service.path();
            Trees.map(document, "paths").forEach((path, operations) -> {
                if (path.equals(prefix + "/") || path.startsWith(prefix + "/")) paths.put(path, operations);
            });
            Map<String, Object> reduced = new LinkedHashMap<>();
            reduced.put("paths", paths);
            reduced.put("definitions", Trees.map(document, "definitions"));
            return reduced;
        } catch (JsonException e) {
            return null;
        }
    }

    private static Foreign foreign(RemoteService service, byte[] discovery) {
        List<Map<String, Object>> resources = new ArrayList<>();
        try {
            Map<String, Map<String, Object>> byName = new HashMap<>();
            List<Object> all = Trees.list(Json.parseObject(discovery), "resources");
            for (Object each : all) {
                String name = String.valueOf(Trees.string(each, "name"));
                if (name.contains("/")) continue;
                Map<String, Object> resource = resource(service, each, name);
                byName.put(name, resource);
                resources.add(resource);
            }
            for (Object each : all) {
                String[] parts = String.valueOf(Trees.string(each, "name")).split("/", 2);
                if (parts.length < 2 || !byName.containsKey(parts[0])) continue;
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("subresource", parts[1]);
                entry.put("responseKind", kind(service, each));
                entry.put("verbs", Trees.list(each, "verbs"));
                List<Object> subresources = new ArrayList<>(Trees.list(byName.get(parts[0]), "subresources"));
                subresources.add(entry);
                byName.get(parts[0]).put("subresources", subresources);
            }
        } catch (JsonException e) {
            resources.clear(); // it answers, but not with discovery
        }
        return new Foreign(
                service.group(),
                service.version(),
                service.groupPriority(),
                service.versionPriority(),
                true,
                List.copyOf(resources));
    }

    private static Map<String, Object> resource(RemoteService service, Object each, String name) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("resource", name);
        resource.put("responseKind", kind(service, each));
        resource.put("scope", Trees.isTrue(each, "namespaced") ? "Namespaced" : "Cluster");
        String singular = Trees.string(each, "singularName");
        resource.put("singularResource", singular == null ? "" : singular);
        resource.put("verbs", Trees.list(each, "verbs"));
        for (String list : List.of("shortNames", "categories")) {
            if (!Trees.list(each, list).isEmpty()) resource.put(list, Trees.list(each, list));
        }
        return resource;
    }

    private static Map<String, Object> kind(RemoteService service, Object each) {
        Map<String, Object> kind = new LinkedHashMap<>();
        String group = Trees.string(each, "group");
        String version = Trees.string(each, "version");
        kind.put("group", group == null || group.isEmpty() ? service.group() : group);
        kind.put("version", version == null || version.isEmpty() ? service.version() : version);
        kind.put("kind", Trees.string(each, "kind"));
        return kind;
    }

    @Override
    public List<Foreign> groupVersions() {
        List<Foreign> all = new ArrayList<>();
        for (RemoteService service : index.all()) {
            if (service.group().isEmpty()) continue;
            Known answers = known.get(service.name());
            List<Map<String, Object>> resources =
                    answers == null ? List.of() : answers.foreign().resources();
            all.add(new Foreign(
                    service.group(),
                    service.version(),
                    service.groupPriority(),
                    service.versionPriority(),
                    service.available() && answers != null,
                    resources));
        }
        all.sort(Comparator.comparing(Foreign::group).thenComparing(Foreign::version));
        return all;
    }

    @Override
    public Map<String, String> thirdOpenApi() {
        Map<String, String> all = new TreeMap<>();
        for (RemoteService service : index.all()) {
            Known answers = known.get(service.name());
            if (answers == null || !service.available()) continue;
            String path = "apis/" + service.groupVersion();
            if (answers.third() != null) all.put(path, answers.third());
            else if (answers.made() != null) {
                all.put(path, ThirdDocument.address(path, answers.made().hash()));
            }
        }
        return all;
    }

    @Override
    public List<Map<String, Object>> secondOpenApi() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (RemoteService service : index.all()) {
            Known answers = known.get(service.name());
            if (answers != null && answers.second() != null) all.add(answers.second());
        }
        return all;
    }
}
