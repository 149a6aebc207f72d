package io.k8j.apiserver.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests that the API server hands on to a program behind a node, a Pod or a Service. */
class ProxyTest {
    private static final List<String> SEEN = new CopyOnWriteArrayList<>();
    private static HttpTestServer api;
    private static HttpServer backend;
    private static String base;

    @BeforeAll
    static void start() throws Exception {
        backend = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        backend.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            SEEN.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body + " "
                    + exchange.getRequestHeaders().getFirst("X-Forwarded-For") + " "
                    + exchange.getRequestHeaders().getFirst("X-Forwarded-Uri") + " "
                    + exchange.getRequestHeaders().containsKey("Authorization") + " "
                    + exchange.getRequestHeaders().getFirst("X-Own"));
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/redirect")) {
                exchange.getResponseHeaders().add("Location", "/elsewhere?x=1");
                exchange.sendResponseHeaders(302, -1);
            } else if (path.equals("/absolute")) {
                exchange.getResponseHeaders()
                        .add(
                                "Location",
                                "http://127.0.0.1:" + backend.getAddress().getPort() + "/there");
                exchange.sendResponseHeaders(302, -1);
            } else if (path.equals("/page")) {
                byte[] html = "<a href=\"/x\">x</a><img src='pic.png'>".getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
                exchange.sendResponseHeaders(200, html.length);
                exchange.getResponseBody().write(html);
            } else if (path.equals("/teapot")) {
                exchange.sendResponseHeaders(418, -1);
            } else {
                byte[] text = ("you said " + body).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : text.length);
                if (!exchange.getRequestMethod().equals("HEAD"))
                    exchange.getResponseBody().write(text);
            }
            exchange.close();
        });
        backend.start();
        api = new HttpTestServer(Operations.DEFAULTS);
        api.post("/api/v1/nodes", "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n1'}}");
        api.send(
                "PUT",
                "/api/v1/nodes/n1/status",
                "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\"},\"status\":{\"addresses\":[{\"type\":"
                        + "\"InternalIP\",\"address\":\"127.0.0.1\"}]}}");
        base = "/api/v1/nodes/n1:" + backend.getAddress().getPort() + "/proxy";
    }

    @AfterAll
    static void stop() {
        api.close();
        backend.stop(0);
    }

    private static String last() {
        return SEEN.getLast();
    }

    @Test
    void methodsPathsQueriesBodiesAndHeadersReachTheProgram() {
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
            HttpResponse<String> answer = api.send(api.request(base + "/a/b/?q=1&q=%20", "root")
                    .header("X-Own", "mine")
                    .header("X-Forwarded-For", "10.9.8.7")
                    .method(method, HttpRequest.BodyPublishers.ofString("hello")));
            assertThat(answer.statusCode()).as(method).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("you said hello");
            assertThat(last())
                    .isEqualTo(method + " /a/b/?q=1&q=%20 hello 10.9.8.7, 127.0.0.1 " + base + "/a/b/ false mine");
        }
        assertThat(api.get(base + "/x").body()).isEqualTo("you said ");
        assertThat(api.send(api.request(base + "/x", "root").method("HEAD", HttpRequest.BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.get(base + "/teapot").statusCode()).isEqualTo(418);
    }

    @Test
    void aPathWithoutASlashIsSentOn() {
        HttpResponse<String> answer = api.get(base + "?q=1");
        assertThat(answer.statusCode()).isEqualTo(301);
        assertThat(answer.headers().firstValue("Location")).contains(base + "/?q=1");
    }

    @Test
    void redirectsAndPagesLeadThroughTheProxy() {
        assertThat(api.get(base + "/redirect").headers().firstValue("Location")).contains(base + "/elsewhere?x=1");
        assertThat(api.get(base + "/absolute").headers().firstValue("Location")).contains(base + "/there");
        assertThat(api.get(base + "/page").body()).isEqualTo("<a href=\"" + base + "/x\">x</a><img src='pic.png'>");
    }

    @Test
    void refusalsAreUpstreams() {
        assertThat(api.send(api.request(base + "/x", "bob")).statusCode()).isEqualTo(403);
        assertThat(api.get("/api/v1/nodes/none/proxy/").statusCode()).isEqualTo(404);
        backend.createContext("/unused", exchange -> exchange.close());
        HttpResponse<String> closed = api.get("/api/v1/nodes/n1:1/proxy/");
        assertThat(closed.statusCode()).isEqualTo(503);
        assertThat(closed.body())
                .contains("error trying to reach service: dial tcp 127.0.0.1:1: connect: connection refused");
    }

    @Test
    void nothingLeadsToWhatListensOnThisMachineOnly() {
        api.post(
                "/api/v1/namespaces/default/pods",
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','labels':{'a':'b'}},"
                        + "'spec':{'serviceAccountName':'default','automountServiceAccountToken':false,'containers':[{'name':'c','image':'i'}]}}");
        api.post(
                "/api/v1/namespaces/default/serviceaccounts",
                "{'apiVersion':'v1','kind':'ServiceAccount','metadata':{'name':'default'}}");
        api.post(
                "/api/v1/namespaces/default/pods",
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','labels':{'a':'b'}},"
                        + "'spec':{'automountServiceAccountToken':false,'containers':[{'name':'c','image':'i'}]}}");
        HttpResponse<String> set = api.send(api.request("/api/v1/namespaces/default/pods/p/status", "root")
                .header("Content-Type", "application/merge-patch+json")
                .method(
                        "PATCH",
                        HttpRequest.BodyPublishers.ofString(
                                "{\"status\":{\"podIP\":\"127.0.0.1\",\"podIPs\":[{\"ip\":\"127.0.0.1\"}]}}")));
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
        HttpResponse<String> pod = api.get(
                "/api/v1/namespaces/default/pods/p:" + backend.getAddress().getPort() + "/proxy/");
        assertThat(pod.statusCode()).isEqualTo(400);
        assertThat(pod.body()).contains("address not allowed");

        api.post(
                "/api/v1/namespaces/default/services",
                "{'apiVersion':'v1','kind':'Service','metadata':{'name':'s'},'spec':{" + "'ports':[{'port':80}]}}");
        api.post(
                "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
                ("{'apiVersion':'discovery.k8s.io/v1','kind':"
                                + "'EndpointSlice','metadata':{'name':'s1','labels':{'kubernetes.io/service-name':'s'}},'addressType':"
                                + "'IPv4','endpoints':[{'addresses':['10.1.2.3']}],'ports':[{'name':'','port':%d,'protocol':'TCP'}]}")
                        .formatted(backend.getAddress().getPort()));
        HttpResponse<String> service = api.get("/api/v1/namespaces/default/services/s:80/proxy/");
        assertThat(service.statusCode()).isEqualTo(503);
        assertThat(service.body()).contains("no endpoints available for service \\\"s\\\"");
        assertThat(api.get("/api/v1/namespaces/default/services/s:81/proxy/").body())
                .contains("no service port 81 found for service \\\"s\\\"");
    }

    @Test
    void linksAreMendedWhereHtmlHasThem() {
        ProxiedLinks.Mount mount = new ProxiedLinks.Mount("/p/", List.of("h:1"));
        assertThat(ProxiedLinks.link("/a?b#c", mount)).isEqualTo("/p/a?b#c");
        assertThat(ProxiedLinks.link("http://h:1/a", mount)).isEqualTo("/p/a");
        assertThat(ProxiedLinks.link("http://other/a", mount)).isEqualTo("http://other/a");
        assertThat(ProxiedLinks.link("a/b", mount)).isEqualTo("a/b");
        assertThat(ProxiedLinks.link("/p/a", mount)).isEqualTo("/p/a");
        assertThat(ProxiedLinks.page(
                        "<!-- <a href=\"/no\"> --><script src=\"/s.js\">var a='<a href=\"/no\">';</script>"
                                + "<link rel=stylesheet href=/c.css><p title=\"/no\"><form action='/f' method=post>",
                        mount))
                .isEqualTo("<!-- <a href=\"/no\"> --><script src=\"/p/s.js\">var a='<a href=\"/no\">';</script>"
                        + "<link rel=stylesheet href=\"/p/c.css\"><p title=\"/no\"><form action='/p/f' method=post>");
    }
}
