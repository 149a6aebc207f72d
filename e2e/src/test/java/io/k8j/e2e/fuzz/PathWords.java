package io.k8j.e2e.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import java.util.Random;

/** The vocabulary of hostile input. */
final class PathWords {
    record Patch(String type, String body) {}

    static final List<String> METHODS = List.of(
            "GET", "GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO", "get");

    static final List<String> SEGMENTS = List.of(
            "api/",
            "apis/",
            "v1/",
            "v1beta1/",
            "apps/",
            "batch/",
            "namespaces/",
            "namespaces/fuzz/",
            "pods/",
            "kept/",
            "configmaps/",
            "nodes/",
            "status",
            "log",
            "exec",
            "proxy/",
            "scale",
            "../",
            "%2e%2e/",
            "%00",
            "%ff",
            "//",
            ";a=b",
            "é",
            "%zz",
            "a".repeat(2_000),
            "openapi/",
            "v2",
            "v3/",
            "version",
            "metrics",
            "healthz/",
            "readyz/",
            "livez/etcd",
            ".well-known/",
            "openid-configuration",
            "watch/");

    static final List<String> KEPT = List.of(
            "/api/v1/namespaces/fuzz/configmaps/kept",
            "/api/v1/namespaces/fuzz/pods/kept",
            "/apis/apps/v1/namespaces/fuzz/deployments/kept");

    static final List<String> COLLECTIONS = List.of(
            "/api/v1/namespaces/fuzz/configmaps",
            "/api/v1/pods",
            "/api/v1/namespaces/fuzz/pods/kept",
            "/api/v1/namespaces/fuzz/pods/kept/log",
            "/apis/apps/v1/deployments",
            "/apis/apps/v1/namespaces/fuzz/deployments/kept/scale",
            "/api/v1/nodes",
            "/apis",
            "/openapi/v3/apis/apps/v1",
            "/readyz",
            "/api/v1/namespaces/fuzz/pods/kept/exec",
            "/api/v1/namespaces/fuzz/pods/kept/portforward",
            "/api/v1/namespaces/fuzz/pods/kept:80/proxy/",
            "/api/v1/namespaces/fuzz/services/none/proxy/x",
            "/api/v1/nodes/none/proxy/metrics");

    private static final List<String> PARAMETERS = List.of(
            "limit",
            "continue",
            "resourceVersion",
            "resourceVersionMatch",
            "labelSelector",
            "fieldSelector",
            "timeoutSeconds",
            "watch",
            "allowWatchBookmarks",
            "sendInitialEvents",
            "pretty",
            "dryRun",
            "fieldManager",
            "fieldValidation",
            "force",
            "gracePeriodSeconds",
            "propagationPolicy",
            "orphanDependents",
            "includeObject",
            "verbose",
            "exclude",
            "timeout",
            "tailLines",
            "sinceSeconds",
            "sinceTime",
            "limitBytes",
            "container",
            "follow",
            "command",
            "stdin",
            "stdout",
            "ports",
            "group",
            "unknown");

    private static final List<String> VALUES = List.of(
            "",
            "0",
            "1",
            "-1",
            "true",
            "false",
            "yes",
            "9223372036854775807",
            "9223372036854775808",
            "1e9",
            "0x1",
            " ",
            "a",
            "a=b",
            "a==b,c!=d",
            "a in (b,c),!d",
            "a in (",
            "a notin ()",
            "a>1",
            "a<b",
            "!",
            ",",
            "=",
            "a=b=c",
            "metadata.name=kept",
            "metadata.name!=a,spec.nodeName=",
            "spec.x=1",
            "metadata.name",
            "Exact",
            "NotOlderThan",
            "exact",
            "All",
            "Background",
            "Foreground",
            "Orphan",
            "None",
            "Strict",
            "Object",
            "Metadata",
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0",
            "eyJ2Ijoi",
            "%",
            "\u0000",
            "é",
            "a".repeat(1_000),
            "10s",
            "1h",
            "-5s",
            "2006-01-02T15:04:05Z",
            "etcd",
            "/",
            "..",
            "{}",
            "null");

    static final List<String> HEADERS = List.of(
            "Content-Length: 2",
            "Content-Length: -1",
            "Content-Length: 99999999999999999999",
            "Content-Length: 0x2",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity",
            "Content-Type: application/json",
            "Content-Type: ;;;",
            "Content-Type: application/json; charset=utf-7",
            "Content-Encoding: gzip",
            "Accept: */*",
            "Accept: ",
            "Accept: application/json;as=Table;v=v9;g=x",
            "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
            "Accept: text/html;q=2",
            "Accept: " + "a/b,".repeat(500) + "*/*",
            "Accept-Encoding: gzip;q=x",
            "Authorization: Bearer",
            "Authorization: Bearer a.b.c",
            "Authorization: Basic !!!",
            "Authorization: \u0001",
            "Impersonate-User: bob",
            "Impersonate-User: ",
            "Impersonate-Group: g",
            "Impersonate-Extra-a%zz: v",
            "Impersonate-Uid: 1",
            "X-Remote-User: root",
            "X-Remote-Group: system:masters",
            "Expect: 100-continue",
            "Expect: 200-maybe",
            "Upgrade: websocket",
            "Upgrade: SPDY/3.1",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: x",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Version: 99",
            "Sec-WebSocket-Protocol: v9.channel.k8s.io",
            "Host: a",
            "Host: a b",
            "A: " + "b".repeat(10_000),
            "A: " + "b".repeat(100_000),
            ": empty",
            "No colon",
            " folded: yes",
            "X:\u0000",
            "Audit-Id: " + "x".repeat(500),
            "User-Agent: \u00ff\u00fe",
            "Range: bytes=0-1",
            "If-None-Match: *",
            "Cookie: a=b",
            "Forwarded: for=1.2.3.4",
            "X-Forwarded-For: ::1");

    static final List<String> YAML = List.of(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata:\n  a: b\n  c: |\n    d\n    e\n",
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
                    + "b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"
                    + "c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
                    + "d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n"
                    + "e: &e [*d,*d,*d,*d,*d,*d,*d,*d]\n"
                    + "f: &f [*e,*e,*e,*e,*e,*e,*e,*e]\n"
                    + "g: [*f,*f,*f,*f,*f,*f,*f,*f]\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: y, labels: *m}\n",
            "--- !!java/object:java.net.URL [\"x\"]\n",
            "%YAML 1.1\n---\na: 0o17\n---\nb: c\n",
            "? {a: b}\n: c\n",
            "<<: {kind: ConfigMap}\napiVersion: v1\n",
            "- - - - - - - - - - - - - - - - a\n",
            "a: .nan\nb: .inf\nc: 1_000\nd: 12:30:45\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n  name: z\n",
            "{a: {b: {c: {d: {e: [1, 2, {f: g}]}}}}}\n",
            "\ufeffapiVersion: v1\n");

    static final List<Patch> PATCHES = List.of(
            new Patch(
                    "application/json-patch+json",
                    "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"a\":\"b\"}},{\"op\":\"test\",\"path\":\"/kind\",\"value\":\"Pod\"},{\"op\":\"move\",\"from\":\"/a~1b\",\"path\":\"/c/-\"},{\"op\":\"copy\",\"from\":\"\",\"path\":\"/metadata/annotations\"},{\"op\":\"remove\",\"path\":\"/spec/containers/0\"}]"),
            new Patch(
                    "application/merge-patch+json",
                    "{\"metadata\":{\"labels\":{\"a\":null},\"finalizers\":[\"x/y\"]},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"j\"}]}}}}"),
            new Patch(
                    "application/strategic-merge-patch+json",
                    "{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"c\"}],\"containers\":[{\"name\":\"c\",\"$patch\":\"replace\",\"env\":[{\"name\":\"A\",\"$patch\":\"delete\"}],\"$deleteFromPrimitiveList/args\":[\"a\"],\"ports\":[{\"containerPort\":80,\"protocol\":\"UDP\"}]}],\"template\":{\"$retainKeys\":[\"spec\"],\"spec\":{}}}}"),
            new Patch(
                    "application/apply-patch+yaml",
                    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"kept\",\"managedFields\":[]},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"j\",\"ports\":[{\"containerPort\":80}],\"env\":[{\"name\":\"A\"},{\"name\":\"A\"}]}]}}"),
            new Patch(
                    "application/apply-patch+yaml",
                    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"kept\"},\"spec\":{\"replicas\":2,\"template\":{\"spec\":{\"volumes\":[{\"name\":\"v\"}],\"containers\":[{\"name\":\"c\"}]}}}}"));

    static final List<String> TOKENS = List.of(
            "eyJhbGciOiJub25lIn0",
            "eyJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ",
            ".",
            "..",
            "eyJzdWIiOiJzeXN0ZW06bWFzdGVycyJ9",
            "e30",
            "AAAA",
            "abcdef.0123456789abcdef",
            "\u0000",
            " ",
            "=",
            "-",
            "a".repeat(20_000),
            "é",
            "\"");

    static final String CERTIFICATE_REQUEST = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIHKMHICAQAwEDEOMAwGA1UEAwwFYWxpY2UwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAATY1k2yNYgL1cZsa5fyGHYV0fCgYS1VuYfUFKfQDHdQlNpFdOvfHsRwnCuF
        8H2cWY4qR5wKQ9qjPqBwLhkPzZzwoAAwCgYIKoZIzj0EAwIDSAAwRQIhAJ0=
        -----END CERTIFICATE REQUEST-----
        """;

    static final String DEFINITION = """
        {"metadata":{"name":"things.fuzz.example.com"},"spec":{"group":"fuzz.example.com","scope":"Namespaced",
        "names":{"plural":"things","singular":"thing","kind":"Thing","shortNames":["th"],"categories":["all"]},
        "conversion":{"strategy":"None"},
        "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.n","statusReplicasPath":".status.n","labelSelectorPath":".status.s"}},
        "selectableFields":[{"jsonPath":".spec.color"}],
        "additionalPrinterColumns":[{"name":"N","type":"integer","jsonPath":".spec.n"},{"name":"D","type":"date","jsonPath":".metadata.creationTimestamp"}],
        "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["n"],
        "x-kubernetes-validations":[{"rule":"self.n >= 0 && (!has(self.list) || self.list.all(x, x.a != ''))","message":"no","reason":"FieldValueInvalid","fieldPath":".n"}],
        "properties":{"n":{"type":"integer","minimum":0,"maximum":10,"default":1},"color":{"type":"string","pattern":"^(a+)+$","maxLength":10,"enum":["a","aa"]},
        "list":{"type":"array","maxItems":10,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["a"],"items":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}},
        "any":{"x-kubernetes-preserve-unknown-fields":true},"port":{"x-kubernetes-int-or-string":true},"map":{"type":"object","additionalProperties":{"type":"string","format":"date-time"}},
        "embedded":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}},
        "status":{"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string"}}}}}}}]}}\
        """;

    private PathWords() {}

    static String query(Mutations mutations, Random random) {
        var query = new StringBuilder();
        for (int count = random.nextInt(4); count > 0; count--) {
            String value = mutations.pick(VALUES);
            query.append(mutations.pick(PARAMETERS))
                    .append('=')
                    .append(random.nextInt(8) == 0 ? value.replaceAll("[^!-~]", "") : URLEncoder.encode(value, UTF_8))
                    .append('&');
        }
        return query.toString();
    }
}
