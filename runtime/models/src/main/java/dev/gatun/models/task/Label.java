package dev.gatun.models.task;

/** A class with how sure the network is of it, from 0 to 1. */
public record Label(String label, double score) {}
