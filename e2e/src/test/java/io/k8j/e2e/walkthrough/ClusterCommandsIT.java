package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.Result;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Part A, commands about the cluster: what it is, what it serves, who may do what, and its namespaces. */
@ParameterizedClass
@MethodSource("kubectls")
class ClusterCommandsIT extends Walkthrough {
    @Test
    @Order(200)
    void clusterInformationIsPrinted() {
        assertThat(run("kubectl cluster-info").succeeds().stdout())
                .containsPattern("Kubernetes control plane.* is running at .*https://127\\.0\\.0\\.1:\\d+");
        run("kubectl version -o json").mentions("\"gitVersion\": \"v1.36.");
        run("kubectl api-versions").mentions("apps/v1", "v1", "rbac.authorization.k8s.io/v1", "discovery.k8s.io/v1");
        Result resources =
                run("kubectl api-resources").hasColumns("NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND");
        assertThat(resources.table().row("deployments"))
                .containsAllEntriesOf(Map.of(
                        "SHORTNAMES", "deploy", "APIVERSION", "apps/v1", "NAMESPACED", "true", "KIND", "Deployment"));
        assertThat(resources.table().row("configmaps")).containsEntry("SHORTNAMES", "cm");
        run("kubectl get --raw /healthz").prints("ok");
        run("kubectl get --raw '/readyz?verbose'").mentions("readyz check passed");
    }

    @Test
    @Order(210)
    void explainKnowsFieldsAndTheirDescriptions() {
        run("kubectl explain pod.spec.restartPolicy")
                .mentions("restartPolicy <string>", "Restart policy for all containers");
        run("kubectl explain pod.spec.containers --recursive")
                .mentions("imagePullPolicy", "livenessProbe", "periodSeconds");
        run("kubectl explain deploy.spec.strategy").mentions("rollingUpdate", "Recreate");
        run("kubectl explain pod.spec.nope").failsMentioning("field \"nope\" does not exist");
    }

    @Test
    @Order(220)
    void authorizationIsAskedAndAnswered() {
        run("kubectl auth can-i create pods").prints("yes");
        Result no = run("kubectl auth can-i '*' '*' --as jane");
        assertThat(no.exit()).isEqualTo(1);
        assertThat(no.stdout()).isEqualTo("no\n");
        run("kubectl create role r1 --verb=get --resource=pods").prints("role.rbac.authorization.k8s.io/r1 created");
        run("kubectl create rolebinding rb1 --role=r1 --user=jane")
                .prints("rolebinding.rbac.authorization.k8s.io/rb1 created");
        eventually(PATIENCE, () -> run("kubectl auth can-i get pods --as jane").prints("yes"));
        run("kubectl get pods --as jane")
                .failsMentioning(
                        "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the"
                                + " namespace \""
                                + namespace() + "\"");
        assertThat(run("kubectl describe role r1").lines())
                .contains(
                        "PolicyRule:",
                        "  Resources  Non-Resource URLs  Resource Names  Verbs",
                        "  pods       []                 []              [get]");
        assertThat(run("kubectl describe rolebinding rb1").lines())
                .contains("  Kind:  Role", "  Name:  r1", "  User  jane  ");
        if (kubectlMinor() >= 28) {
            run("kubectl auth whoami").mentions("ATTRIBUTE", "Username", "system:masters");
        }
    }

    @Test
    @Order(230)
    void aServiceAccountsTokenIsMade() {
        run("kubectl create sa builder").prints("serviceaccount/builder created");
        String token = run("kubectl create token builder --duration=10m").text();
        assertThat(token.split("\\.")).hasSize(3);
        run("kubectl auth can-i list pods --as system:serviceaccount:%s:builder".formatted(namespace()));
        Result own = run("kubectl --kubeconfig /dev/null --server $(kubectl config view --minify -o"
                + " jsonpath='{.clusters[0].cluster.server}')"
                + " --insecure-skip-tls-verify"
                + " --token"
                + " " + token + " get pods -n " + namespace());
        assertThat(own.stderr())
                .contains("User \"system:serviceaccount:%s:builder\" cannot list resource \"pods\""
                        .formatted(namespace()));
    }

    @Test
    @Order(240)
    void namespacesAreMadeAndDeletedWithTheirContent() {
        String other = namespace() + "-other";
        run("kubectl create ns " + other).prints("namespace/" + other + " created");
        run("kubectl create ns " + other)
                .failsWith("Error from server (AlreadyExists): namespaces \"" + other + "\" already exists");
        run("kubectl create cm c -n " + other).prints("configmap/c created");
        run("kubectl delete ns " + other).mentions("namespace \"" + other + "\" deleted");
        run("kubectl get cm -n " + other + " -o name").prints();
        run("kubectl delete ns default")
                .failsMentioning("namespaces \"default\" is forbidden: this namespace may not be deleted");
    }
}
