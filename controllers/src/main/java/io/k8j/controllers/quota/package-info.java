/**
 * Usage of ResourceQuotas; only resources that some quota names are watched for it.
 */
package io.k8j.controllers.quota;
