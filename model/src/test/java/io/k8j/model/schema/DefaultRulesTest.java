package io.k8j.model.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules that the recorded answers of 1.20 do not show; expected values follow upstream's documentation of 1.36. */
class DefaultRulesTest {
    record Case(String name, String kind, String input, String output) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "an autoscaler without metrics watches the CPU",
                        "autoscaling/v2 HorizontalPodAutoscaler",
                        "{'spec':{'maxReplicas':3}}",
                        "{'spec':{'maxReplicas':3,'minReplicas':1,'metrics':[{'type':'Resource','resource':{'name':'cpu',"
                                + "'target':{'type':'Utilization','averageUtilization':80}}}]}}"),
                new Case(
                        "scaling rules are completed",
                        "autoscaling/v2 HorizontalPodAutoscaler",
                        "{'spec':{'minReplicas':2,'metrics':[{'type':'Pods'}],'behavior':{'scaleDown':{'selectPolicy':'Min'}}}}",
                        "{'spec':{'minReplicas':2,'metrics':[{'type':'Pods'}],'behavior':{'scaleDown':{'selectPolicy':'Min',"
                                + "'policies':[{'type':'Percent','value':100,'periodSeconds':15}]},'scaleUp':"
                                + "{'stabilizationWindowSeconds':0,'selectPolicy':'Max','policies':[{'type':'Pods','value':4,"
                                + "'periodSeconds':15},{'type':'Percent','value':100,'periodSeconds':15}]}}}}"),
                new Case(
                        "a cron job's template is not a job yet",
                        "batch/v1 CronJob",
                        "{'spec':{'jobTemplate':{'spec':{'template':{'spec':{'securityContext':{}}}}}}}",
                        "{'spec':{'jobTemplate':{'spec':{'template':{'spec':{'securityContext':{},'restartPolicy':'Always',"
                                + "'terminationGracePeriodSeconds':30,'dnsPolicy':'ClusterFirst','schedulerName':"
                                + "'default-scheduler'}}}},'concurrencyPolicy':'Allow','suspend':false,"
                                + "'successfulJobsHistoryLimit':3,'failedJobsHistoryLimit':1}}"),
                new Case(
                        "an indexed job with its own limit for each index has no common one",
                        "batch/v1 Job",
                        "{'spec':{'completions':3,'backoffLimitPerIndex':1,'podFailurePolicy':{'rules':[{'onPodConditions':"
                                + "[{'type':'X'}]}]}}}",
                        "{'spec':{'completions':3,'parallelism':1,'backoffLimitPerIndex':1,'backoffLimit':2147483647,"
                                + "'completionMode':'NonIndexed','suspend':false,'manualSelector':false,"
                                + "'podReplacementPolicy':'Failed',"
                                + "'podFailurePolicy':{'rules':[{'onPodConditions':[{'type':'X','status':'True'}]}]},'template':"
                                + "{'spec':{'restartPolicy':'Always','terminationGracePeriodSeconds':30,'dnsPolicy':"
                                + "'ClusterFirst','securityContext':{},'schedulerName':'default-scheduler'}}}}"),
                new Case(
                        "a Pod may have the huge pages that its containers may have",
                        "v1 Pod",
                        "{'spec':{'resources':{'limits':{'cpu':'2'}},'initContainers':[{'image':'a','resources':{'limits':"
                                + "{'hugepages-2Mi':'8Mi'},'requests':{'cpu':'1'}}}],'containers':[{'image':'a','resources':"
                                + "{'limits':{'hugepages-2Mi':'2Mi'},'requests':{'cpu':'1'}}}],'dnsPolicy':'None',"
                                + "'restartPolicy':'Never','securityContext':{}}}",
                        "{'spec':{'resources':{'limits':{'cpu':'2','hugepages-2Mi':'8Mi'},'requests':{'cpu':'1',"
                                + "'hugepages-2Mi':'8Mi'}},'initContainers':[{'image':'a','resources':{'limits':"
                                + "{'hugepages-2Mi':'8Mi'},'requests':{'cpu':'1','hugepages-2Mi':'8Mi'}},'imagePullPolicy':"
                                + "'Always','terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':"
                                + "'File'}],'containers':[{'image':'a','resources':{'limits':{'hugepages-2Mi':'2Mi'},"
                                + "'requests':{'cpu':'1','hugepages-2Mi':'2Mi'}},'imagePullPolicy':'Always',"
                                + "'terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'}],"
                                + "'dnsPolicy':'None','restartPolicy':'Never','securityContext':{},"
                                + "'terminationGracePeriodSeconds':30,'schedulerName':'default-scheduler',"
                                + "'enableServiceLinks':true}}"),
                new Case(
                        "all Pods but one of a stateful set stay",
                        "apps/v1 StatefulSet",
                        "{'spec':{'template':{'spec':{'securityContext':{}}}}}",
                        "{'spec':{'podManagementPolicy':'OrderedReady','updateStrategy':{'type':'RollingUpdate',"
                                + "'rollingUpdate':{'partition':0}},'persistentVolumeClaimRetentionPolicy':{'whenDeleted':"
                                + "'Retain','whenScaled':'Retain'},'replicas':1,'revisionHistoryLimit':10,'template':{'spec':"
                                + "{'securityContext':{},'restartPolicy':'Always','terminationGracePeriodSeconds':30,"
                                + "'dnsPolicy':'ClusterFirst','schedulerName':'default-scheduler'}}}}"),
                new Case(
                        "a custom resource definition names its kinds",
                        "apiextensions.k8s.io/v1 CustomResourceDefinition",
                        "{'spec':{'names':{'kind':'CronTab','plural':'crontabs'}}}",
                        "{'spec':{'names':{'kind':'CronTab','plural':'crontabs','singular':'crontab','listKind':"
                                + "'CronTabList'},'conversion':{'strategy':'None'}}}"),
                new Case(
                        "egress rules alone still mean ingress, too",
                        "networking.k8s.io/v1 NetworkPolicy",
                        "{'spec':{'egress':[{'ports':[{'port':53}]}]}}",
                        "{'spec':{'egress':[{'ports':[{'port':53,'protocol':'TCP'}]}],'policyTypes':['Ingress','Egress']}}"),
                new Case(
                        "subjects belong to groups",
                        "rbac.authorization.k8s.io/v1 RoleBinding",
                        "{'subjects':[{'kind':'User','name':'u'},{'kind':'ServiceAccount','name':'s'}],'roleRef':{'kind':'Role'}}",
                        "{'subjects':[{'kind':'User','name':'u','apiGroup':'rbac.authorization.k8s.io'},{'kind':"
                                + "'ServiceAccount','name':'s'}],'roleRef':{'kind':'Role','apiGroup':'rbac.authorization.k8s.io'}}"),
                new Case(
                        "slices have ports with an empty name",
                        "discovery.k8s.io/v1 EndpointSlice",
                        "{'ports':[{'port':80}]}",
                        "{'ports':[{'port':80,'name':'','protocol':'TCP'}]}"),
                new Case(
                        "a namespace carries its name",
                        "v1 Namespace",
                        "{'metadata':{'name':'n'}}",
                        "{'metadata':{'name':'n','labels':{'kubernetes.io/metadata.name':'n'}},'status':{'phase':'Active'}}"),
                new Case(
                        "texts of a secret become its data",
                        "v1 Secret",
                        "{'stringData':{'a':'b'},'data':{'c':'ZA=='}}",
                        "{'data':{'c':'ZA==','a':'Yg=='},'type':'Opaque'}"),
                new Case(
                        "a service with client affinity has a time limit",
                        "v1 Service",
                        "{'spec':{'type':'LoadBalancer','sessionAffinity':'ClientIP','ports':[{'port':80}]}}",
                        "{'spec':{'type':'LoadBalancer','sessionAffinity':'ClientIP','ports':[{'port':80,'protocol':'TCP',"
                                + "'targetPort':80}],'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':10800}},"
                                + "'externalTrafficPolicy':'Cluster','internalTrafficPolicy':'Cluster',"
                                + "'allocateLoadBalancerNodePorts':true}}"),
                new Case(
                        "webhooks get their standards",
                        "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
                        "{'webhooks':[{'name':'w','clientConfig':{'service':{'name':'s'}},'rules':[{'operations':['*']}]}]}",
                        "{'webhooks':[{'name':'w','clientConfig':{'service':{'name':'s','port':443}},'rules':[{'operations':"
                                + "['*'],'scope':'*'}],'failurePolicy':'Fail','matchPolicy':'Equivalent','namespaceSelector':{},"
                                + "'objectSelector':{},'timeoutSeconds':10}]}"),
                new Case(
                        "a claim asks for one device",
                        "resource.k8s.io/v1 ResourceClaim",
                        "{'spec':{'devices':{'requests':[{'name':'r','exactly':{'deviceClassName':'c'}}]}}}",
                        "{'spec':{'devices':{'requests':[{'name':'r','exactly':{'deviceClassName':'c','allocationMode':"
                                + "'ExactCount','count':1}}]}}}"),
                new Case(
                        "amounts finer than a thousandth are rounded up",
                        "v1 ResourceQuota",
                        "{'spec':{'hard':{'cpu':'1500u','memory':'1Gi'}}}",
                        "{'spec':{'hard':{'cpu':'2m','memory':'1Gi'}}}"),
                new Case(
                        "host ports follow container ports on the host's network",
                        "v1 Pod",
                        "{'spec':{'hostNetwork':true,'securityContext':{},'containers':[{'image':'a:1@sha256:0','ports':"
                                + "[{'containerPort':80}]},{'image':'localhost:5000/a'},{'image':'a@sha256:0'}]}}",
                        "{'spec':{'hostNetwork':true,'securityContext':{},'containers':[{'image':'a:1@sha256:0','ports':"
                                + "[{'containerPort':80,'hostPort':80,'protocol':'TCP'}],'imagePullPolicy':'IfNotPresent',"
                                + "'terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'},"
                                + "{'image':'localhost:5000/a','imagePullPolicy':'Always','terminationMessagePath':"
                                + "'/dev/termination-log','terminationMessagePolicy':'File'},{'image':'a@sha256:0',"
                                + "'imagePullPolicy':'IfNotPresent','terminationMessagePath':'/dev/termination-log',"
                                + "'terminationMessagePolicy':'File'}],'restartPolicy':'Always','dnsPolicy':'ClusterFirst',"
                                + "'terminationGracePeriodSeconds':30,'schedulerName':'default-scheduler',"
                                + "'enableServiceLinks':true}}"),
                new Case(
                        "a node's first CIDR is its CIDR",
                        "v1 Node",
                        "{'spec':{'podCIDRs':['10.0.0.0/24']},'status':{'capacity':{'cpu':'2'}}}",
                        "{'spec':{'podCIDRs':['10.0.0.0/24'],'podCIDR':'10.0.0.0/24'},'status':{'capacity':{'cpu':'2'},"
                                + "'allocatable':{'cpu':'2'}}}"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fillsWhatDependsOnOtherFields(Case c) {
        String[] words = c.kind().split(" ");
        Schema schema = Schemas.kind(GroupVersionKind.of(words[0], words[1]));
        Map<String, Object> object = StrictDecoder.decode(
                        schema, Json.parseObject(c.input().replace('\'', '"')))
                .object();
        Defaulter.apply(schema, object);
        assertThat(object).isEqualTo(Json.parseObject(c.output().replace('\'', '"')));
        Defaulter.apply(schema, object);
        assertThat(object)
                .as("a second time")
                .isEqualTo(Json.parseObject(c.output().replace('\'', '"')));
    }
}
