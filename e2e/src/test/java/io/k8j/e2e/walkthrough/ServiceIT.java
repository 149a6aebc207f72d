package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.Result;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Part G: Services. Open, because they need other work: Pods on several nodes (and with them internalTrafficPolicy and
 * externalTrafficPolicy), addresses for LoadBalancer Services, SCTP, NetworkPolicy.
 */
@Order(5)
@ParameterizedClass
@MethodSource("kubectls")
class ServiceIT extends Walkthrough {
    private Result fetch(String url) {
        return run("kubectl exec client -- timeout 5 wget -q -O- " + url);
    }

    /** The names of the Pods that answer one address in many tries. */
    private Set<String> answering(String url) {
        Result names = run(
                "kubectl exec client -- sh -c 'for i in $(seq 20); do timeout 5 wget -q -O- " + url + "/name; done'");
        return new HashSet<>(names.succeeds().lines());
    }

    private List<String> webPods() {
        return run("kubectl get po -l app=nginx -o jsonpath='{range .items[*]}{.metadata.name}{\"\\n\"}{end}'")
                .succeeds()
                .lines();
    }

    @Test
    @Order(10)
    void theServiceOfTheNotesIsMade() {
        run("kubectl create -f client.yaml").succeeds();
        run("kubectl create -f nginx-9527.yaml").succeeds();
        run("kubectl create -f nginx-svc.yaml").prints("service/nginx-svc created");
        Result services =
                run("kubectl get svc").hasColumns("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE");
        assertThat(services.table().row("nginx-svc"))
                .containsAllEntriesOf(
                        Map.of("TYPE", "ClusterIP", "EXTERNAL-IP", "<none>", "PORT(S)", "80/TCP,443/TCP"));
        awaitPodReady("client");
        run("kubectl rollout status deploy web --timeout=180s").succeeds();
    }

    @Test
    @Order(20)
    void endpointsAndSlicesListTheReadyPods() {
        eventually(() -> {
            List<String> addresses = run("kubectl get endpointslices -l kubernetes.io/service-name=nginx-svc -o "
                            + "jsonpath='{range .items[*].endpoints[*]}{.addresses[0]}{\"\\n\"}{end}'")
                    .succeeds()
                    .lines();
            assertThat(addresses).hasSize(2);
            assertThat(run("kubectl get endpoints nginx-svc")
                            .table()
                            .row("nginx-svc")
                            .get("ENDPOINTS"))
                    .contains(addresses.get(0) + ":9527", addresses.get(1) + ":9527", ":443 + 1 more...");
        });
        run("kubectl get endpoints nginx-svc").hasColumns("NAME", "ENDPOINTS", "AGE");
        run("kubectl get endpointslices").hasColumns("NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE");
        // The width of the first column depends on kubectl's version.
        assertThat(run("kubectl describe svc nginx-svc").lines().stream().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "Name: nginx-svc",
                        "Selector: app=nginx",
                        "Type: ClusterIP",
                        "IP Family Policy: SingleStack",
                        "IP Families: IPv4",
                        "Port: http 80/TCP",
                        "TargetPort: 9527/TCP",
                        "Session Affinity: None");
    }

    @Test
    @Order(30)
    void theServiceAnswersByAllItsNames() {
        for (String host : List.of(
                "nginx-svc",
                "nginx-svc." + namespace(),
                "nginx-svc." + namespace() + ".svc",
                "nginx-svc." + namespace() + ".svc.cluster.local",
                get("svc nginx-svc", ".spec.clusterIP"))) {
            eventually(() -> fetch("http://" + host).mentions("Welcome to nginx!"));
        }
        assertThat(answering("http://nginx-svc")).containsExactlyInAnyOrderElementsOf(webPods());
    }

    @Test
    @Order(40)
    void theServiceAnswersFromAnotherNamespace() {
        String other = namespace() + "-caller";
        run("kubectl create ns " + other).succeeds();
        try {
            eventually(() -> run("kubectl get sa default -n " + other).succeeds());
            run("kubectl create -f client.yaml -n " + other).succeeds();
            run("kubectl wait --for=condition=Ready pod/client -n " + other + " --timeout=180s")
                    .succeeds();
            run("kubectl exec client -n " + other + " -- timeout 5 wget -q -O- http://nginx-svc." + namespace())
                    .mentions("Welcome to nginx!");
            run("kubectl exec client -n " + other + " -- timeout 5 wget -q -O- http://nginx-svc")
                    .failsMentioning("bad address");
        } finally {
            run("kubectl delete ns " + other).succeeds();
        }
    }

    @Test
    @Order(50)
    void namesResolve() {
        String address = get("svc nginx-svc", ".spec.clusterIP");
        run("kubectl exec client -- nslookup nginx-svc." + namespace() + ".svc.cluster.local")
                .mentions(address);
        run("kubectl exec client -- nslookup -type=srv _http._tcp.nginx-svc." + namespace() + ".svc.cluster.local")
                .mentions("80 nginx-svc." + namespace() + ".svc.cluster.local");
        run("kubectl exec client -- nslookup " + address).mentions("nginx-svc." + namespace() + ".svc.cluster.local");
        run("kubectl exec client -- nslookup kubernetes.default.svc.cluster.local")
                .succeeds();
        run("kubectl exec client -- cat /etc/resolv.conf")
                .mentions("search " + namespace() + ".svc.cluster.local svc.cluster.local cluster.local", "ndots:5");
        Result unknown = run("kubectl exec client -- nslookup none." + namespace() + ".svc.cluster.local");
        assertThat(unknown.stdout()).contains("NXDOMAIN");
    }

    @Test
    @Order(60)
    void anUnreadyPodGetsNoTraffic() {
        List<String> pods = webPods();
        run("kubectl exec " + pods.get(0) + " -- touch /tmp/not-ready").succeeds();
        eventually(() -> assertThat(answering("http://nginx-svc")).containsExactly(pods.get(1)));
        assertThat(run("kubectl get po " + pods.get(0)).table().row(pods.get(0)))
                .containsAllEntriesOf(Map.of("READY", "0/1", "RESTARTS", "0"));
        run("kubectl exec " + pods.get(0) + " -- rm /tmp/not-ready").succeeds();
        eventually(() -> assertThat(answering("http://nginx-svc")).hasSize(2));
    }

    @Test
    @Order(70)
    void endpointsFollowTheScale() {
        run("kubectl scale deploy web --replicas=3").succeeds();
        eventually(() -> assertThat(answering("http://nginx-svc")).hasSize(3));
        run("kubectl scale deploy web --replicas=2").succeeds();
        eventually(() -> assertThat(webPods()).hasSize(2));
        assertThat(answering("http://nginx-svc")).containsExactlyInAnyOrderElementsOf(webPods());
    }

    @Test
    @Order(80)
    void aServiceWithoutEndpointsRefuses() {
        run("kubectl create service clusterip nobody --tcp=80").succeeds();
        eventually(() -> fetch("http://nobody").failsMentioning("Connection refused"));
        run("kubectl delete svc nobody").succeeds();
    }

    @Test
    @Order(90)
    void nodePortsAnswerOnTheNode() {
        run("kubectl expose deploy web --name=np --type=NodePort --port=80 --target-port=web")
                .prints("service/np exposed");
        String port = get("svc np", ".spec.ports[0].nodePort");
        assertThat(Integer.parseInt(port)).isBetween(30000, 32767);
        assertThat(run("kubectl get svc np").table().row("np").get("PORT(S)")).isEqualTo("80:" + port + "/TCP");
        String node = get("node " + cluster().nodeName(), ".status.addresses[?(@.type==\"InternalIP\")].address");
        eventually(() -> fetch("http://" + node + ":" + port).mentions("Welcome to nginx!"));
        eventually(() -> run("curl -sS -m 5 http://" + node + ":" + port).mentions("Welcome to nginx!"));
    }

    @Test
    @Order(100)
    void sessionAffinityKeepsAClientAtOnePod() {
        run("kubectl patch svc np -p '{\"spec\":{\"sessionAffinity\":\"ClientIP\"}}'")
                .succeeds();
        eventually(() -> assertThat(answering("http://np")).hasSize(1));
        assertThat(get("svc np", ".spec.sessionAffinityConfig.clientIP.timeoutSeconds"))
                .isEqualTo("10800");
    }

    @Test
    @Order(110)
    void aHeadlessServiceNamesItsPods() {
        apply("""
            apiVersion: v1
            kind: Service
            metadata: {name: headless}
            spec:
              clusterIP: None
              selector: {app: nginx}
              ports: [{name: web, port: 9527}]
            """);
        List<String> addresses =
                run("kubectl get po -l app=nginx -o jsonpath='{range .items[*]}{.status.podIP}{\"\\n\"}{end}'")
                        .lines();
        eventually(() -> run("kubectl exec client -- nslookup headless." + namespace() + ".svc.cluster.local")
                .mentions(addresses.toArray(String[]::new)));
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: named, labels: {app: named}}
            spec:
              hostname: one
              subdomain: sub
              terminationGracePeriodSeconds: 0
              containers: [{name: c, image: sleeper, imagePullPolicy: IfNotPresent}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: sub}
            spec: {clusterIP: None, selector: {app: named}, ports: [{port: 80}]}
            """);
        awaitPodReady("named");
        eventually(() -> run("kubectl exec client -- nslookup one.sub." + namespace() + ".svc.cluster.local")
                .mentions(get("pod named", ".status.podIP")));
    }

    @Test
    @Order(120)
    void anExternalNameIsAnAlias() {
        run("kubectl create service externalname ext --external-name nginx-svc." + namespace() + ".svc.cluster.local")
                .succeeds();
        assertThat(run("kubectl get svc ext").table().row("ext"))
                .containsAllEntriesOf(Map.of("TYPE", "ExternalName", "CLUSTER-IP", "<none>", "PORT(S)", "<none>"));
        eventually(() -> fetch("http://ext").mentions("Welcome to nginx!"));
    }

    @Test
    @Order(130)
    void aServiceWithoutSelectorUsesEndpointsMadeByHand() {
        String address = run("kubectl get po -l app=nginx -o jsonpath='{.items[0].status.podIP}'")
                .text();
        apply("""
            apiVersion: v1
            kind: Service
            metadata: {name: byhand}
            spec: {ports: [{name: w, port: 80, targetPort: 9527}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: byhand-1, labels: {kubernetes.io/service-name: byhand}}
            addressType: IPv4
            ports: [{name: w, port: 9527, protocol: TCP}]
            endpoints: [{addresses: ["ADDRESS"]}]
            """.replace("ADDRESS", address));
        eventually(() -> fetch("http://byhand").mentions("Welcome to nginx!"));
    }

    @Test
    @Order(140)
    void udpServicesCarryDatagrams() {
        // busybox' only UDP client asks for names, so the Service's Pod passes datagrams on to the cluster's DNS.
        String dns = get("svc kube-dns -n kube-system", ".spec.clusterIP");
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: dns, labels: {app: dns}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: c
                image: nginx:1.25.3
                imagePullPolicy: IfNotPresent
                command:
                - sh
                - -c
                - |
                  echo "load_module /usr/lib/nginx/modules/ngx_stream_module.so; events {}
                  stream { server { listen 5353 udp; proxy_pass ADDRESS:53; } }" > /n.conf
                  exec nginx -c /n.conf -g "daemon off;"
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: udp}
            spec: {selector: {app: dns}, ports: [{port: 53, targetPort: 5353, protocol: UDP}]}
            """.replace("ADDRESS", dns));
        awaitPodReady("dns");
        String udp = get("svc udp", ".spec.clusterIP");
        String name = "nginx-svc." + namespace() + ".svc.cluster.local";
        eventually(() -> run("kubectl exec client -- nslookup " + name + " " + udp)
                .mentions(udp, get("svc nginx-svc", ".spec.clusterIP")));
    }

    @Test
    @Order(145)
    void hostPortsLeadToTheirPod() {
        // One for each kubectl, whose classes run side by side.
        int port = 18000 + kubectlMinor();
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: on-host}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: c
                image: nginx:1.25.3
                imagePullPolicy: IfNotPresent
                ports: [{containerPort: 80, hostPort: PORT}]
            """.replace("PORT", Integer.toString(port)));
        awaitPodReady("on-host");
        String node = get("pod on-host", ".status.hostIP");
        run("curl -sS -m 20 http://" + node + ":" + port).mentions("Welcome to nginx!");
        run("curl -sS -m 20 http://127.0.0.1:" + port).mentions("Welcome to nginx!");
        fetch("http://" + node + ":" + port).mentions("Welcome to nginx!");
        run("kubectl exec on-host -- timeout 20 wget -q -O- http://" + node + ":" + port)
                .mentions("Welcome to nginx!");
        run("kubectl delete pod on-host").succeeds();
        eventually(() -> run("curl -sS -m 20 http://" + node + ":" + port).failsMentioning("Failed to connect"));
    }

    @Test
    @Order(150)
    void refusedServicesNameTheField() {
        run("kubectl create service clusterip bad --tcp=80 --clusterip=1.2.3")
                .failsMentioning("Service \"bad\" is invalid", "spec.clusterIPs[0]: Invalid value: \"1.2.3\"");
        run("kubectl create service nodeport bad --tcp=80 --node-port=80")
                .failsMentioning("provided port is not in the valid range. The range of valid ports is 30000-32767");
        run("kubectl delete svc nginx-svc np").mentions("service \"nginx-svc\" deleted", "service \"np\" deleted");
        eventually(() -> run("kubectl get endpointslices -l kubernetes.io/service-name=nginx-svc -o name")
                .prints());
    }
}
