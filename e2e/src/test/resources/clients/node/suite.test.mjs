// The official JavaScript client against a cluster: KUBECONFIG says which, NAMESPACE where. Every test makes what it needs.
import assert from "node:assert/strict";
import test from "node:test";
import * as k8s from "@kubernetes/client-node";

const config = new k8s.KubeConfig();
config.loadFromDefault();
const namespace = process.env.NAMESPACE;
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const coordination = config.makeApiClient(k8s.CoordinationV1Api);
const custom = config.makeApiClient(k8s.CustomObjectsApi);
const extensions = config.makeApiClient(k8s.ApiextensionsV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);

async function eventually(check) {
    const end = Date.now() + 60_000;
    for (;;) {
        try {
            return await check();
        } catch (failure) {
            if (Date.now() > end) throw failure;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
}

function configMap(name, data = { key: "1" }) {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels: { suite: "node" } }, data };
}

test("creates, reads, replaces, lists and deletes", async () => {
    await core.createNamespacedConfigMap({ namespace, body: configMap("crud") });
    const read = await core.readNamespacedConfigMap({ name: "crud", namespace });
    assert.deepEqual(read.data, { key: "1" });
    assert.ok(read.metadata.creationTimestamp instanceof Date);
    await core.replaceNamespacedConfigMap({ name: "crud", namespace, body: { ...read, data: { key: "2" } } });
    await assert.rejects(
        core.replaceNamespacedConfigMap({ name: "crud", namespace, body: { ...read, data: { key: "3" } } }),
        (failure) => failure.code === 409 && JSON.parse(failure.body).reason === "Conflict",
    );
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: "suite in (node)" });
    assert.ok(list.items.some((item) => item.metadata.name === "crud" && item.data.key === "2"));
    await core.deleteNamespacedConfigMap({ name: "crud", namespace });
    await assert.rejects(core.readNamespacedConfigMap({ name: "crud", namespace }), (failure) => failure.code === 404);
});

test("patches in all ways", async () => {
    await core.createNamespacedConfigMap({ namespace, body: configMap("patched") });
    const patch = (body, type) =>
        core.patchNamespacedConfigMap(
            { name: "patched", namespace, body, fieldManager: "node", force: type === k8s.PatchStrategy.ServerSideApply ? true : undefined },
            k8s.setHeaderOptions("Content-Type", type),
        );
    await patch([{ op: "add", path: "/data/json", value: "1" }], k8s.PatchStrategy.JsonPatch);
    await patch({ data: { merge: "1" } }, k8s.PatchStrategy.MergePatch);
    await patch({ data: { strategic: "1" } }, k8s.PatchStrategy.StrategicMergePatch);
    const applied = await patch(
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "patched" }, data: { applied: "1" } },
        k8s.PatchStrategy.ServerSideApply,
    );
    assert.deepEqual(applied.data, { key: "1", json: "1", merge: "1", strategic: "1", applied: "1" });
    assert.ok(applied.metadata.managedFields.some((entry) => entry.manager === "node" && entry.operation === "Apply"));
});

test("an informer follows", async () => {
    const seen = [];
    const informer = k8s.makeInformer(
        config,
        `/api/v1/namespaces/${namespace}/configmaps`,
        () => core.listNamespacedConfigMap({ namespace, labelSelector: "informer" }),
        "informer",
    );
    for (const event of ["add", "update", "delete"]) {
        informer.on(event, (object) => seen.push(`${event} ${object.metadata.name} ${object.data.key}`));
    }
    await informer.start();
    try {
        const body = configMap("watched");
        body.metadata.labels.informer = "yes";
        const made = await core.createNamespacedConfigMap({ namespace, body });
        await eventually(() => assert.deepEqual(seen, ["add watched 1"]));
        await core.replaceNamespacedConfigMap({ name: "watched", namespace, body: { ...made, data: { key: "2" } } });
        await core.deleteNamespacedConfigMap({ name: "watched", namespace });
        await eventually(() => assert.deepEqual(seen, ["add watched 1", "update watched 2", "delete watched 2"]));
    } finally {
        await informer.stop();
    }
});

test("objects of any kind are made from YAML", async () => {
    for (const object of k8s.loadAllYaml(`
apiVersion: v1
kind: Secret
metadata: {name: from-yaml, namespace: ${namespace}}
stringData: {word: secret}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: from-yaml, namespace: ${namespace}}
spec:
  replicas: 2
  selector: {matchLabels: {app: from-yaml}}
  template:
    metadata: {labels: {app: from-yaml}}
    spec: {containers: [{name: main, image: "example.test/app:1"}]}
`)) {
        await objects.create(object);
    }
    const secret = await core.readNamespacedSecret({ name: "from-yaml", namespace });
    assert.equal(Buffer.from(secret.data.word, "base64").toString(), "secret");
    await eventually(async () => {
        const deployment = await apps.readNamespacedDeployment({ name: "from-yaml", namespace });
        assert.equal(deployment.status.availableReplicas, 2);
    });
    const scale = await apps.readNamespacedDeploymentScale({ name: "from-yaml", namespace });
    assert.equal(scale.status.replicas, 2);
});

test("custom resources are served once their definition is established", async () => {
    const group = `${namespace}.example.com`;
    await extensions.createCustomResourceDefinition({
        body: {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: `shelves.${group}` },
            spec: {
                group,
                scope: "Namespaced",
                names: { plural: "shelves", singular: "shelf", kind: "Shelf" },
                versions: [
                    {
                        name: "v1",
                        served: true,
                        storage: true,
                        subresources: { status: {} },
                        schema: {
                            openAPIV3Schema: {
                                type: "object",
                                properties: {
                                    spec: { type: "object", properties: { books: { type: "integer", minimum: 0, _default: 3 } } },
                                    status: { type: "object", x_kubernetes_preserve_unknown_fields: true },
                                },
                            },
                        },
                    },
                ],
            },
        },
    });
    try {
        await eventually(async () => {
            const definition = await extensions.readCustomResourceDefinition({ name: `shelves.${group}` });
            assert.ok(definition.status.conditions.some((c) => c.type === "Established" && c.status === "True"));
        });
        const where = { group, version: "v1", namespace, plural: "shelves" };
        const shelf = { apiVersion: `${group}/v1`, kind: "Shelf", metadata: { name: "one" }, spec: { books: -1 } };
        await assert.rejects(
            custom.createNamespacedCustomObject({ ...where, body: shelf }),
            (failure) => failure.code === 422 && failure.body.includes("spec.books in body should be greater than or equal to 0"),
        );
        const made = await custom.createNamespacedCustomObject({ ...where, body: { ...shelf, spec: {} } });
        assert.equal(made.spec.books, 3);
        await custom.replaceNamespacedCustomObjectStatus({ ...where, name: "one", body: { ...made, status: { full: true } } });
        const read = await custom.getNamespacedCustomObject({ ...where, name: "one" });
        assert.equal(read.status.full, true);
    } finally {
        await extensions.deleteCustomResourceDefinition({ name: `shelves.${group}` });
    }
});

test("one of two candidates holds a lease", async () => {
    const lease = (holder, resourceVersion) => ({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "leader", namespace, resourceVersion },
        spec: { holderIdentity: holder, leaseDurationSeconds: 15, renewTime: new k8s.V1MicroTime() },
    });
    const made = await coordination.createNamespacedLease({ namespace, body: lease("a") });
    await assert.rejects(coordination.createNamespacedLease({ namespace, body: lease("b") }), (f) => f.code === 409);
    await coordination.replaceNamespacedLease({ name: "leader", namespace, body: lease("a", made.metadata.resourceVersion) });
    await assert.rejects(
        coordination.replaceNamespacedLease({ name: "leader", namespace, body: lease("b", made.metadata.resourceVersion) }),
        (f) => f.code === 409,
    );
    const read = await coordination.readNamespacedLease({ name: "leader", namespace });
    assert.equal(read.spec.holderIdentity, "a");
});
