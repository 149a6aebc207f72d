package io.k8j.apiserver;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server whose admission asks webhooks of the test. */
abstract class HookedServer {
    static final String GROUP = "admissionregistration.k8s.io/v1/";
    static final String VALIDATING = GROUP + "validatingwebhookconfigurations";
    static final String MUTATING = GROUP + "mutatingwebhookconfigurations";
    static final String MAPS = "{operations: ['*'], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}";
    static final String DENIED = "admission webhook \"v.example.com\" denied the request";

    final AdmittingServer server = new AdmittingServer();
    HookServer hooks;

    @BeforeEach
    void start() throws Exception {
        hooks = new HookServer();
    }

    @AfterEach
    void stop() {
        hooks.close();
        server.close();
    }

    void configure(String resource, String name, String path, String rule, String more) {
        server.create(
                resource,
                "{metadata: {name: " + name + ", labels: {set: 'yes'}}, webhooks: [{name: " + name + ".example.com, "
                        + hooks.client(path) + ", rules: [" + rule
                        + "], admissionReviewVersions: [v1, v1beta1], sideEffects: None" + more + "}]}");
    }

    static String map(String name, String data) {
        return "{metadata: {name: " + name + "}, data: {" + data + "}}";
    }

    void thing(String versions) {
        server.create(
                "apiextensions.k8s.io/v1/customresourcedefinitions",
                "{metadata: {name: things.a.b}, spec: {group: a.b, scope: Namespaced, names: {plural: things, kind:"
                        + " Thing}, versions: [" + versions + "]}}");
        Awaitility.await().until(() -> server.server.core.table().get(TestServer.gvr("a.b/v1/things")) != null);
    }

    static String version(String name, boolean stored) {
        return "{name: " + name + ", served: true, storage: " + stored
                + ", schema: {openAPIV3Schema: {type: object, properties: {data: {type: object, properties: {a: {type:"
                + " string}, b: {type: string}}}}}}}";
    }
}
