package io.k8j.apiserver.aggregation;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Publishes in {@code kube-system/extension-apiserver-authentication} whom servers behind this one may trust: the
 * authorities of clients, and the authority and headers by which this server speaks for users. What other servers of the
 * cluster have written stays.
 */
public final class TrustConfigMap {
    private static final GroupVersionResource CONFIG_MAPS = new GroupVersionResource("", "v1", "configmaps");
    private static final String NAMESPACE = "kube-system";
    private static final String NAME = "extension-apiserver-authentication";
    private static final String CLIENTS = "client-ca-file";
    private static final String PROXY = "requestheader-client-ca-file";
    private static final int ATTEMPTS = 5;

    private final Function<ApiCall, ApiResponse> api;

    /** @param api the server, with all rights */
    public TrustConfigMap(Function<ApiCall, ApiResponse> api) {
        this.api = api;
    }

    /** Creates it or adds what is missing. Blocks. */
    public void publish(Collection<X509Certificate> clientAuthorities, FrontProxy proxy) {
        Map<String, String> wanted = wanted(clientAuthorities, proxy);
        for (int attempt = 1; ; attempt++) {
            try {
                write(wanted);
                return;
            } catch (ApiException e) {
                boolean again = e.isConflict() || e.isAlreadyExists();
                if (!again || attempt == ATTEMPTS) throw e;
            }
        }
    }

    private static Map<String, String> wanted(Collection<X509Certificate> clientAuthorities, FrontProxy proxy) {
        Map<String, String> data = new LinkedHashMap<>();
        if (!clientAuthorities.isEmpty()) data.put(CLIENTS, pem(clientAuthorities));
        if (proxy == null) return data;
        data.put("requestheader-allowed-names", Json.writeString(List.of(FrontProxy.NAME)));
        data.put(PROXY, proxy.authorityPem());
        data.put("requestheader-extra-headers-prefix", Json.writeString(List.of("X-Remote-Extra-")));
        data.put("requestheader-group-headers", Json.writeString(List.of("X-Remote-Group")));
        data.put("requestheader-uid-headers", Json.writeString(List.of("X-Remote-Uid")));
        data.put("requestheader-username-headers", Json.writeString(List.of("X-Remote-User")));
        return data;
    }

    private void write(Map<String, String> wanted) {
        Map<String, Object> known;
        try {
            known = Json.parseObject(send(Verb.GET, NAME, null).object().json());
        } catch (ApiException e) {
            if (!e.isNotFound()) throw e;
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("metadata", new LinkedHashMap<>(Map.of("name", NAME)));
            tree.put("data", new LinkedHashMap<String, Object>(wanted));
            send(Verb.CREATE, "", tree);
            return;
        }
        Map<String, Object> data = new LinkedHashMap<>(Trees.map(known, "data"));
        wanted.forEach((key, value) -> {
            boolean bundle = key.equals(CLIENTS) || key.equals(PROXY);
            data.put(key, bundle ? union(data.get(key), value) : value);
        });
        if (Trees.deepEquals(data, known.get("data"))) return;
        known.put("data", data);
        send(Verb.UPDATE, NAME, known);
    }

    private static String union(Object known, String more) {
        Set<String> blocks = new LinkedHashSet<>(blocks(known instanceof String s ? s : ""));
        blocks.addAll(blocks(more));
        return String.join("", blocks);
    }

    private static List<String> blocks(String pem) {
        List<String> blocks = new ArrayList<>();
        String end = "-----END CERTIFICATE-----";
        int from = 0;
        for (int at = pem.indexOf(end); at >= 0; at = pem.indexOf(end, from)) {
            blocks.add(pem.substring(from, at + end.length()).strip() + "\n");
            from = at + end.length();
        }
        return blocks;
    }

    private static String pem(Collection<X509Certificate> certificates) {
        StringBuilder out = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                out.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("encode authority: " + e.getMessage(), e);
        }
        return out.toString();
    }

    private ApiResponse send(Verb verb, String name, Map<String, Object> tree) {
        return api.apply(new ApiCall(verb, CONFIG_MAPS, NAMESPACE, name, "", Map.of(), null, tree));
    }
}
