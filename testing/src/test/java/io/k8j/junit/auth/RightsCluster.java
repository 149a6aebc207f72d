package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;

/** A cluster of which only the API server runs, with users who may do what a test says. */
final class RightsCluster implements AutoCloseable {
    static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";

    private final K8jCluster cluster = K8jCluster.builder()
            .withNodes(0)
            .without("controllers", "scheduler")
            .start();
    private final RawApi api = RawApi.admin(cluster);

    /** The administrator's way in; headers make somebody else of them. */
    RawApi api() {
        return api;
    }

    /** The headers of a request in another user's name. */
    static String[] as(String user) {
        return new String[] {"Impersonate-User", user};
    }

    /** Lets a user of a ClusterRole's name do what it allows everywhere. */
    void allow(String user, String rules) {
        allow(user, rules, "kind: User, apiGroup: rbac.authorization.k8s.io, name: " + user);
    }

    /** Makes a ClusterRole and a ClusterRoleBinding of one name for a subject. */
    void allow(String name, String rules, String subject) {
        create(RBAC + "clusterroles", "{metadata: {name: " + name + "}, rules: [" + rules + "]}");
        create(
                RBAC + "clusterrolebindings",
                "{metadata: {name: " + name
                        + "}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: " + name
                        + "}, subjects: [{" + subject + "}]}");
    }

    /** Makes an object, as the administrator. */
    Answer create(String path, String yaml) {
        Answer answer = api.post(path, yaml);
        assertThat(answer.code()).as(yaml + ": " + answer).isEqualTo(201);
        return answer;
    }

    @Override
    public void close() {
        api.close();
        cluster.close();
    }
}
