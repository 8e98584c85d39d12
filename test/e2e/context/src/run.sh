#!/bin/sh
echo "run on $(uname -m)"
