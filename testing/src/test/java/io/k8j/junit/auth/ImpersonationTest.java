package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import io.k8j.model.json.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Acting as another user, over the real API. */
class ImpersonationTest {
    private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir
    static Path directory;

    private static K8jCluster cluster;
    private static RawApi admin;
    private static RawApi plain;

    @BeforeAll
    static void start() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "actor,actor,1\n");
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .withApiServerFlags("token-auth-file=" + tokens)
                .start();
        admin = RawApi.admin(cluster);
        plain = RawApi.anonymous(cluster);
        admin.post("/apis/rbac.authorization.k8s.io/v1/clusterroles", """
            metadata: {name: actor}
            rules:
            - {apiGroups: [""], resources: [users], resourceNames: [ann], verbs: [impersonate]}
            - {apiGroups: [""], resources: [groups], resourceNames: [staff], verbs: [impersonate]}
            - {apiGroups: [""], resources: [serviceaccounts], resourceNames: [robot], verbs: [impersonate]}
            - {apiGroups: [authentication.k8s.io], resources: [userextras/team], resourceNames: [blue], verbs: [impersonate]}
            - {apiGroups: [authentication.k8s.io], resources: [uids], resourceNames: ["7"], verbs: [impersonate]}
            - {apiGroups: [authentication.k8s.io], resources: [users], resourceNames: [bea], verbs: ["impersonate:user-info"]}
            - {apiGroups: [""], resources: [configmaps], verbs: ["impersonate-on:user-info:list"]}
            """);
        bind("actor", "actor", "actor");
        bind("readers", "cluster-admin", "bea");
    }

    private static void bind(String name, String role, String user) {
        Answer bound =
                admin.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
                    metadata: {name: %s}
                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                    subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}]
                    """.formatted(name, role, user));
        assertThat(bound.code()).as(bound.toString()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        admin.close();
        plain.close();
        cluster.close();
    }

    private static String[] actor(String... headers) {
        List<String> all = new ArrayList<>(List.of("Authorization", "Bearer actor"));
        all.addAll(List.of(headers));
        return all.toArray(String[]::new);
    }

    private static Answer who(String... headers) {
        return plain.post(WHO, "{apiVersion: authentication.k8s.io/v1, kind: SelfSubjectReview}", actor(headers));
    }

    @Test
    void eachPartIsAllowedByItself() {
        Answer as = who(
                "Impersonate-User",
                "ann",
                "Impersonate-Group",
                "staff",
                "Impersonate-Uid",
                "7",
                "Impersonate-Extra-Team",
                "blue");
        Map<String, Object> user = Trees.map(as.body(), "status", "userInfo");
        assertThat(user)
                .as(as.toString())
                .containsEntry("username", "ann")
                .containsEntry("uid", "7")
                .containsEntry("groups", List.of("staff", "system:authenticated"))
                .containsEntry("extra", Map.of("team", List.of("blue")));
        assertThat(who("Impersonate-User", "ann", "Impersonate-Group", "system:masters")
                        .code())
                .isEqualTo(403);
        assertThat(who("Impersonate-User", "ann", "Impersonate-Uid", "8").code())
                .isEqualTo(403);
        assertThat(who("Impersonate-User", "ann", "Impersonate-Extra-Team", "red")
                        .code())
                .isEqualTo(403);
        assertThat(who("Impersonate-User", "root").code()).isEqualTo(403);
    }

    @Test
    void anAccountBringsItsGroups() {
        Answer as = who("Impersonate-User", "system:serviceaccount:default:robot");

        assertThat(Trees.map(as.body(), "status", "userInfo"))
                .as(as.toString())
                .containsEntry(
                        "groups",
                        List.of("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"));
    }

    @Test
    void theNarrowVerbsSayWhatMayBeDone() {
        assertThat(plain.get(MAPS, actor("Impersonate-User", "bea")).code()).isEqualTo(200);
        Answer other = plain.get("/api/v1/namespaces/default/pods", actor("Impersonate-User", "bea"));
        assertThat(other.code()).isEqualTo(403);
        assertThat(other.message())
                .isEqualTo("pods is forbidden: User \"actor\" cannot impersonate-on:user-info:list resource \"pods\" in"
                        + " API group \"\" in the namespace \"default\"");
    }

    @Test
    void partsWithoutAUserAreABadRequest() {
        Answer answer = who("Impersonate-Group", "staff");

        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.message())
                .isEqualTo("requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"staff\"},"
                        + " Extra:map[string][]string(nil)} without impersonating a user name");
    }

    @Test
    void headersCannotBeSmuggledInOtherSpellings() {
        assertThat(who("impersonate-USER", "root").code()).isEqualTo(403);
        assertThat(who("Impersonate-User", "ann", "Impersonate-User", "root").body())
                .satisfies(body -> assertThat(Trees.string(body, "status", "userInfo", "username"))
                        .isEqualTo("ann")); // the first one counts, and it alone was checked
        assertThat(who("Impersonate_User", "root").body())
                .satisfies(body -> assertThat(Trees.string(body, "status", "userInfo", "username"))
                        .isEqualTo("actor"));
    }
}
